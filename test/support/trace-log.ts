import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'

/** What a trace or metric of the host is about; each has some of these. */
interface Message {
  readonly command?: string
  readonly args?: readonly unknown[]
  readonly database?: number
  readonly batchMode?: string
  readonly batchSize?: number
  readonly clientId?: string
  readonly serverAddress?: string
  readonly serverPort?: number
  readonly error?: unknown
  readonly origin?: string
  readonly internal?: boolean
  readonly reason?: string
  readonly wasConnected?: boolean
  readonly value?: number
  readonly notification?: string
  readonly direction?: string
  readonly channel?: unknown
  readonly result?: string
  readonly waitStartTimestamp?: number
  readonly createTimeMs?: number
}

const TRACED = ['command', 'batch', 'connect']
const PHASES = ['start', 'asyncEnd', 'error']
const POINTS = [
  'connection:ready',
  'connection:closed',
  'connection:relaxed-timeout',
  'connection:handoff',
  'error',
  'maintenance',
  'pubsub',
  'cache:request',
  'command:reply',
  'pool:connection-wait',
]

/** All channels on which `@redis/client` tells of what it does, without its prefix. */
const HOST_CHANNELS: readonly string[] = [...TRACED.flatMap(name => PHASES.map(phase => `${name}:${phase}`)), ...POINTS]

/**
 * Notes what the host tells on its channels, in order, one line each. Clients are numbered as they appear; times are left out.
 *
 * @param names - Which channels; by default all.
 */
export function noteTraces(names: readonly string[] = HOST_CHANNELS): string[] {
  const lines: string[] = []
  const clients: unknown[] = []
  const numberOf = (id: unknown): number => {
    if (!clients.includes(id)) clients.push(id)
    return clients.indexOf(id) + 1
  }
  for (const name of names) {
    const isTraced = TRACED.some(traced => PHASES.some(phase => name === `${traced}:${phase}`))
    const full = `${isTraced ? 'tracing:' : ''}node-redis:${name}`
    const note = (message: unknown): void => void lines.push(`${name} ${factsOf(message as Message, numberOf)}`)
    subscribe(full, note)
    onTestFinished(() => void unsubscribe(full, note))
  }
  return lines
}

function factsOf(message: Message, numberOf: (id: unknown) => number): string {
  const { clientId, error, waitStartTimestamp, createTimeMs, serverPort, ...others } = message
  // The result is on the message from the end of a call on, and differs by what the call was.
  const { result, reply, ...plain } = others as Message & { readonly reply?: unknown }
  const facts = {
    ...plain,
    ...(typeof result === 'string' && 'clientId' in message && { result }),
    ...(message.args && { args: message.args.map(String).join(' ') }),
    ...(message.channel !== undefined && { channel: String(message.channel) }),
    ...(error !== undefined && { error: nameOf(error) }),
    ...(waitStartTimestamp !== undefined && { waited: typeof waitStartTimestamp }),
    ...(createTimeMs !== undefined && { took: typeof createTimeMs }),
    ...(serverPort !== undefined && { port: typeof serverPort }),
    client: clientId === undefined ? undefined : numberOf(clientId),
  }
  return JSON.stringify(facts)
}

function nameOf(error: unknown): string {
  return error instanceof Error
    ? `${error.constructor.name}: ${error.message.replaceAll(/:\d+/g, ':port')}`
    : String(error)
}
