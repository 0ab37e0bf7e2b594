import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { parseNumber } from '../program/listen-address.js'
import { parseServerUrl, type ServerUrl } from '../program/server-url.js'

/** What is to be watched. */
export interface WatchArgs extends CommonArgs {
  readonly server: ServerUrl
  /** The file of a capture. */
  readonly record: string | undefined
  readonly insecure: boolean
  /** For how long, in milliseconds; `undefined` until somebody interrupts it. */
  readonly forMs: number | undefined
}

/** How the watcher is called. */
export const WATCH_USAGE: string = `Usage: redis-hitless watch <url> [options]

Connects with redis-hitless over @redis/client, asks for notifications, and prints each notification and each event as it comes:
what the server announced, and what the client does about it. Ends when it is interrupted (Ctrl-C).

  --record <file>   writes a capture as well, masked; not over TLS: use redis-hitless record for that
  --insecure        accepts any certificate of a rediss:// server
  --for <seconds>   ends by itself
  --json            prints one JSON object for each
  --help            prints this

The password may be in the URL, or in the environment variable REDISCLI_AUTH.

Examples
  redis-hitless watch redis://localhost:6379
  redis-hitless watch redis://localhost:6379 --json --record window.capture.jsonl

Exit code: 0 when it watched, 1 when it could not connect, 2 for bad arguments.`

const WEEK_S = 604_800

/**
 * Reads the arguments of the watcher.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseWatchArgs(argv: readonly string[]): WatchArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      record: { type: 'string' },
      insecure: { type: 'boolean', default: false },
      for: { type: 'string' },
      ...COMMON_OPTIONS,
    },
  })
  const { help, json, record, insecure } = values
  const [url = help ? 'localhost' : '', ...others] = positionals
  if (url === '') throw new RangeError('The server is missing: redis-hitless watch <url>')
  if (others.length > 0) throw new RangeError('One server at a time can be watched')
  const server = parseServerUrl(url)
  if (record !== undefined && server.tls) {
    throw new RangeError('--record cannot read what goes over TLS: record it by redis-hitless record, and watch that')
  }
  const forMs =
    values.for === undefined ? undefined : parseNumber('--for', values.for, { least: 0.001, most: WEEK_S }) * 1_000
  return { server, record, insecure, forMs, json, help }
}
