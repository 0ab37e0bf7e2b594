import { CommandError, notAnInteger } from './reply.js'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

/**
 * Reads a 64-bit integer.
 *
 * @throws CommandError for anything else.
 */
export function toBigInt(bytes: Buffer): bigint {
  const text = bytes.toString('latin1')
  if (!/^-?(0|[1-9]\d{0,18})$/.test(text)) throw notAnInteger()
  return inRange(BigInt(text), notAnInteger())
}

/**
 * Reads an integer that JavaScript can count with.
 *
 * @throws CommandError for anything else.
 */
export function toInteger(bytes: Buffer): number {
  const value = Number(toBigInt(bytes))
  if (!Number.isSafeInteger(value)) throw notAnInteger()
  return value
}

/**
 * Adds within 64 bits.
 *
 * @throws CommandError on overflow.
 */
export function addBigInts(a: bigint, b: bigint): bigint {
  return inRange(a + b, new CommandError('ERR increment or decrement would overflow'))
}

/**
 * Reads a timeout in seconds, as milliseconds.
 *
 * @throws CommandError for anything that is no such number.
 */
export function toTimeoutMs(bytes: Buffer): number {
  const text = bytes.toString('latin1')
  if (!/^-?\d+(\.\d*)?$/.test(text)) throw new CommandError('ERR timeout is not a float or out of range')
  const timeoutMs = Math.ceil(Number(text) * 1000)
  if (timeoutMs < 0) throw new CommandError('ERR timeout is negative')
  return timeoutMs
}

function inRange(value: bigint, otherwise: CommandError): bigint {
  if (value < MIN || value > MAX) throw otherwise
  return value
}
