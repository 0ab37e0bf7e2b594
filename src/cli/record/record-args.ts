import { parseArgs } from 'node:util'
import type { Endpoint } from '../../base/endpoint.js'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { parseListen, parseNumber } from '../program/listen-address.js'
import { parseServerUrl, type ServerUrl } from '../program/server-url.js'

/** What is to be recorded. */
export interface RecordArgs extends CommonArgs {
  readonly server: ServerUrl
  readonly output: string
  readonly listen: Endpoint
  readonly redact: boolean
  /** Whether the certificate of the server may be any. */
  readonly insecure: boolean
  /** For how long, in milliseconds; `undefined` until somebody interrupts it. */
  readonly forMs: number | undefined
}

/** How the recorder is called. */
export const RECORD_USAGE: string = `Usage: redis-hitless record <url> -o <file> [options]

Stands between clients of any library and a server, and records what goes over their connections. Clients connect to the
address that it prints. The recording ends when it is interrupted (Ctrl-C).

  -o, --output <file>   the capture; spec/captures.md of the package describes the format
  --listen <address>    where clients connect: a port, or host:port; default 127.0.0.1 and any free port
  --keep-values         does not mask keys, values, credentials and channels
  --insecure            accepts any certificate of a rediss:// server; clients speak plain text to the recorder
  --for <seconds>       ends by itself
  --json                prints one JSON object at the start, and one at the end
  --help                prints this

The server is tried once before, with the password where there is one; clients bring their own.
A server that tells clients to move names an address of its own: from there on they go past the recorder.

Examples
  redis-hitless record redis://redis.example:6379 -o window.capture.jsonl --listen 6380
  redis-hitless record 127.0.0.1:6379 -o test.capture.jsonl --for 60

Exit code: 0 when it was recorded, 1 when not, 2 for bad arguments.`

const WEEK_S = 604_800

/**
 * Reads the arguments of the recorder.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseRecordArgs(argv: readonly string[]): RecordArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o', default: '' },
      listen: { type: 'string', default: '0' },
      'keep-values': { type: 'boolean', default: false },
      insecure: { type: 'boolean', default: false },
      for: { type: 'string' },
      ...COMMON_OPTIONS,
    },
  })
  const { help, json, output, insecure } = values
  const [url = '', ...others] = help ? ['127.0.0.1'] : positionals
  if (others.length > 0) throw new RangeError('One server at a time can be recorded')
  if (url === '') throw new RangeError('The server is missing: redis-hitless record <url> -o <file>')
  if (output === '' && !help) throw new RangeError('--output is missing: the file of the capture')
  const forMs =
    values.for === undefined ? undefined : parseNumber('--for', values.for, { least: 0.001, most: WEEK_S }) * 1_000
  return {
    server: parseServerUrl(url),
    output,
    listen: parseListen('--listen', values.listen),
    redact: !values['keep-values'],
    insecure,
    forMs,
    json,
    help,
  }
}
