import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { oneOf } from '../program/one-of.js'

/** What is to be decoded: `auto` looks at the first bytes. */
export type DecodeFormat = 'auto' | 'resp' | 'hex' | 'base64' | 'text' | 'capture'

/** What the decoder was asked for. */
export interface DecodeArgs extends CommonArgs {
  readonly format: DecodeFormat
}

/** How the decoder is called. */
export const DECODE_USAGE: string = `Usage: redis-hitless decode [options] < input

Reads standard input and prints each maintenance notification in it: of a RESP3 stream, of a capture, or of lines of text.

  --format <name>   resp (bytes), hex, base64, text (a notification on each line, as in a log), capture,
                    or auto, which looks at how the input begins; default auto
  --json            prints one JSON object for each
  --help            prints this

In text, RESP may be written with \\r\\n as logs print it, and line ends without a carriage return are accepted.

Examples
  printf '>4\\r\\n$6\\r\\nMOVING\\r\\n:17\\r\\n:15\\r\\n$14\\r\\n10.0.0.12:6379\\r\\n' | redis-hitless decode
  echo 'MOVING 17 15 10.0.0.12:6379' | redis-hitless decode --json
  echo 'NotificationType|NodeMaintenanceStarting|IsReplica|False' | redis-hitless decode
  redis-hitless decode < window.capture.jsonl

Exit code: 0 when all of it could be read, 1 when something could not, 2 for bad arguments.`

const FORMATS: readonly DecodeFormat[] = ['auto', 'resp', 'hex', 'base64', 'text', 'capture']

/**
 * Reads the arguments of the decoder.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseDecodeArgs(argv: readonly string[]): DecodeArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: { format: { type: 'string', default: 'auto' }, ...COMMON_OPTIONS },
  })
  return { format: oneOf('--format', FORMATS, values.format), json: values.json, help: values.help }
}
