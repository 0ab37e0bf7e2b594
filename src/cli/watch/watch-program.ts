import type { HitlessClient } from '../../adapters/node-redis/index.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { textOf } from '../program/error-text.js'
import { explainFailure } from '../program/explain-failure.js'
import { type Finding, runProgram } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { printServerUrl } from '../program/server-url.js'
import { untilEnded } from '../program/until-ended.js'
import { describeEvent } from './describe-event.js'
import { parseWatchArgs, WATCH_USAGE, type WatchArgs } from './watch-args.js'

/** How long the client waits between attempts to connect again, in milliseconds. */
const RECONNECT_MS = 500

/** Watches a server. Resolves with the exit code; never rejects. */
export function runWatch(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: WatchArgs): Promise<Finding> => watch(args, parts)
  return runProgram({ usage: WATCH_USAGE, parse: parseWatchArgs, run }, argv, parts.terminal)
}

async function watch(args: WatchArgs, { terminal, signal }: CommandParts): Promise<Finding> {
  const { server, record, forMs, json } = args
  const what = `watch of ${printServerUrl(server)}`
  const client = await createWatchingClient(args)
  const recording = record === undefined ? undefined : await client.maint.record(record, { what })
  let events = 0
  let isConnected = false
  client.on('error', error => {
    // What the first attempt fails with is what the program fails with.
    if (isConnected) terminal.complain(textOf(error))
  })
  client.maint.onAny(event => {
    events += 1
    terminal.print(json ? toJsonLine(toObject(event)) : describeEvent(event, terminal.color))
  })
  try {
    await client.connect().catch((cause: unknown) => {
      throw new Error(explainFailure(cause, server), { cause })
    })
    isConnected = true
    if (!json) terminal.print(describeStatus(args, client.maint.status()))
    await untilEnded(signal, forMs)
    return { ok: true, report: undefined, lines: [`${events} ${events === 1 ? 'event' : 'events'}`] }
  } finally {
    if (client.isOpen) client.destroy()
    await recording?.stop()
  }
}

async function createWatchingClient({ server, insecure }: WatchArgs): Promise<HitlessClient> {
  const { createClient } = await import('../../adapters/node-redis/index.js')
  const { host, port, tls, username, password, database } = server
  let isConnected = false
  const reconnectStrategy = (): number | false => (isConnected ? RECONNECT_MS : false)
  const client = createClient({
    RESP: 3,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    socket: { host, port, reconnectStrategy, ...(tls && { tls: true as const, rejectUnauthorized: !insecure }) },
  })
  client.once('ready', () => {
    isConnected = true
  })
  return client as unknown as HitlessClient
}

function describeStatus(
  { server }: WatchArgs,
  {
    capability,
    provider,
  }: { readonly capability: { readonly state: string }; readonly provider: { readonly provider: string } },
): string {
  return `watching ${printServerUrl(server)}: notifications ${capability.state}, provider ${provider.provider}`
}

function toObject({ name, payload }: MaintEvent): object {
  return { event: name, ...payload }
}
