import type { Capture } from '../format/capture.js'
import { ExchangeReader } from '../frames/exchange-reader.js'

/** A command, as a capture has it. */
export interface CapturedCommand {
  /** Its name in capitals, with the subcommand, or the version that HELLO asks for. */
  readonly name: string
  /** The number of its connection in the capture. */
  readonly connection: number
  /** When it was sent, in milliseconds since the recording began. */
  readonly at: number
  /** When it was answered, in milliseconds since the recording began; `undefined` where it was not. */
  readonly answeredAt: number | undefined
  /** Whether the answer is an error. */
  readonly failed: boolean
  /** The code of that error, such as `READONLY`; empty where it succeeded. */
  readonly error: string
}

const ERROR_CODE = /^(?:-|!\d+\r\n)([A-Z_]{2,40})/

/**
 * The commands in a capture, in the order in which they were sent. Those that subscribe are left out: what is said to them is
 * no answer.
 *
 * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED` where a side sent no RESP.
 */
export function commandsIn({ entries }: Pick<Capture, 'entries'>): readonly CapturedCommand[] {
  const found: CapturedCommand[] = []
  const readers = new Map<number, ExchangeReader>()
  for (const entry of entries) {
    if (!('connection' in entry)) continue
    const { connection } = entry
    const reader = readers.get(connection) ?? readerOf(connection, found)
    readers.set(connection, reader)
    reader.take(entry)
  }
  for (const [connection, { unanswered }] of readers)
    for (const { name, at } of unanswered)
      found.push({ name, at, connection, answeredAt: undefined, failed: false, error: '' })
  return found.sort((one, other) => one.at - other.at)
}

function readerOf(connection: number, found: CapturedCommand[]): ExchangeReader {
  return new ExchangeReader({
    onAnswer: ({ name, at }, answer, answeredAt) => {
      const failed = answer[0] === MINUS || answer[0] === BANG
      const [, error = ''] = failed ? (ERROR_CODE.exec(answer.toString('latin1', 0, 64)) ?? []) : []
      found.push({ name, connection, at, answeredAt, failed, error })
    },
  })
}

const MINUS = '-'.charCodeAt(0)
const BANG = '!'.charCodeAt(0)
