import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { systemClock } from '../../base/clock.js'
import { printEndpoint } from '../../base/endpoint.js'
import { type CaptureServer, createCaptureServer, type ServerAct } from '../../capture/index.js'
import { decodePush } from '../../notifications/decode.js'
import { RespDecoder } from '../../wire/decode/decoder.js'
import { RespPush } from '../../wire/value.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { describeDecoded } from '../decode/decode-program.js'
import { readCaptureFile } from '../program/capture-file.js'
import { type Finding, runProgram } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { untilEnded } from '../program/until-ended.js'
import { parseReplayArgs, REPLAY_USAGE, type ReplayArgs } from './replay-args.js'

/** Serves a capture. Resolves with the exit code; never rejects. */
export function runReplay(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: ReplayArgs): Promise<Finding> => replay(args, parts)
  return runProgram({ usage: REPLAY_USAGE, parse: parseReplayArgs, run }, argv, parts.terminal)
}

async function replay(args: ReplayArgs, parts: CommandParts): Promise<Finding> {
  const { file, listen, speed, keepAddresses, exit, json } = args
  const { terminal, signal } = parts
  const capture = await readCaptureFile(file)
  const onAct = (act: ServerAct & { readonly connection: number }): void =>
    terminal.print(json ? toJsonLine(toEvent(act)) : describeAct(act))
  const server = await createCaptureServer(capture, { ...listen, speed, keepAddresses, onAct })
  try {
    const { endpoint, remaining } = server
    terminal.print(
      json
        ? toJsonLine({ listening: endpoint, remaining })
        : `${remaining} pushes and closings to play: connect a client to ${printEndpoint(endpoint)}`,
    )
    if (speed === 'step') stepOnLines(server, parts)
    const ending = new AbortController()
    if (exit) void server.ended.then(() => ending.abort())
    await untilEnded(AbortSignal.any([signal, ending.signal]))
    return { ok: true, report: undefined, lines: [`${server.remaining} left`] }
  } finally {
    await server.close()
  }
}

function stepOnLines(server: CaptureServer, { input, terminal }: CommandParts): void {
  const lines = createInterface({ input: Readable.from(input) })
  lines.on('line', () => {
    if (!server.step())
      terminal.complain(server.remaining === 0 ? 'All of it was played' : 'No client waits for a push')
  })
}

function toEvent({ connection, afterMs, push }: ServerAct & { readonly connection: number }): object {
  return { connection, afterMs, ...(push === undefined ? { closed: true } : { result: decode(push) }) }
}

function describeAct({ connection, afterMs, push }: ServerAct & { readonly connection: number }): string {
  if (push === undefined) return `${(afterMs / 1_000).toFixed(3).padStart(9)} s  #${connection}  closed`
  return describeDecoded({ kind: 'notification', at: afterMs, connection, result: decode(push) })
}

function decode(push: Buffer): ReturnType<typeof decodePush> {
  const [value] = new RespDecoder().feed(push)
  return decodePush(value instanceof RespPush ? value.items : [], systemClock.epochMs())
}
