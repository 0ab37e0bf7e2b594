import type { Endpoint } from '../../base/endpoint.js'

const MAX_PORT = 65_535

/**
 * Reads where a program listens: a port, or `host:port`. The host is `127.0.0.1` unless it is given.
 *
 * @throws RangeError where it is neither.
 */
export function parseListen(option: string, text: string): Endpoint {
  const [, host = '127.0.0.1', digits = ''] = /^(?:\[?(.+?)\]?:)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits !== '' && port <= MAX_PORT) return { host, port }
  throw new RangeError(`${option} must be a port, or host:port`)
}

/** Reads a number from `least` to `most`. */
export function parseNumber(option: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && value <= most) return value
  throw new RangeError(`${option} must be a number from ${least} to ${most}`)
}
