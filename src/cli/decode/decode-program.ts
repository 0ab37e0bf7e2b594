import { systemClock } from '../../base/clock.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { textOf } from '../program/error-text.js'
import { type Finding, runProgram, tell } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { describeAzure, describeNotification } from '../program/notification-text.js'
import { printable } from '../program/printable.js'
import { DECODE_USAGE, type DecodeArgs, parseDecodeArgs } from './decode-args.js'
import { type Decoded, decodeInput } from './decoded.js'

/** Decodes what is written to the program. Resolves with the exit code; never rejects. */
export function runDecode(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: DecodeArgs): Promise<Finding | undefined> => decodeAll(args, parts)
  return runProgram({ usage: DECODE_USAGE, parse: parseDecodeArgs, run }, argv, parts.terminal)
}

async function decodeAll(
  { format, json }: DecodeArgs,
  { input, terminal, signal }: CommandParts,
): Promise<Finding | undefined> {
  let ok = true
  try {
    for await (const decoded of decodeInput(input, { format, receivedAt: systemClock.epochMs() })) {
      if (signal.aborted) return undefined
      ok &&= !(decoded.kind === 'notification' && decoded.result.outcome === 'rejected')
      terminal.print(json ? toJsonLine(decoded) : describeDecoded(decoded))
    }
  } catch (error) {
    tell(terminal, json, { error: textOf(error) })
    ok = false
  }
  return { ok, report: undefined, lines: [] }
}

/** Says in one line what was found. */
export function describeDecoded(decoded: Decoded): string {
  if (decoded.kind === 'replies') return `${decoded.count} values that are no notifications`
  const { at } = decoded
  const when = at === undefined ? '' : `${(at / 1_000).toFixed(3).padStart(9)} s  `
  if (decoded.kind === 'event') return `${when}event ${decoded.name}`
  const where = decoded.connection === undefined ? '' : `#${decoded.connection}  `
  return `${when}${where}${printable(describeResult(decoded.result))}`
}

function describeResult(result: (Decoded & { kind: 'notification' })['result']): string {
  switch (result.outcome) {
    case 'accepted':
      return 'wireType' in result.notification
        ? describeAzure(result.notification)
        : describeNotification(result.notification)
    case 'rejected':
      return `rejected${'name' in result ? ` ${result.name}` : ''}: ${result.reason}`
    case 'ignored':
      return `no notification of maintenance: ${result.name}`
  }
}
