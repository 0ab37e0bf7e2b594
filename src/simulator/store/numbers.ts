import { CommandError, notAnInteger } from './reply.js'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

/** Redis adds the current time, and refuses a sum that overflows. */
const MAX_LIFE_MS = 2 ** 63 - 2 ** 42

/**
 * Reads a 64-bit integer.
 *
 * @throws CommandError for anything else.
 */
export function toBigInt(bytes: Buffer): bigint {
  const text = bytes.toString('latin1')
  if (!/^-?(0|[1-9]\d{0,18})$/.test(text)) throw notAnInteger()
  const value = BigInt(text)
  if (!isInRange(value)) throw notAnInteger()
  return value
}

/**
 * Reads a 64-bit integer as a number, which is exact up to 2^53.
 *
 * @throws CommandError for anything else.
 */
export function toInteger(bytes: Buffer): number {
  return Number(toBigInt(bytes))
}

/**
 * Reads how many of something are wanted.
 *
 * @throws CommandError for anything that is no such number.
 */
export function toCount(bytes: Buffer): number {
  const text = bytes.toString('latin1')
  if (!/^(0|[1-9]\d{0,18})$/.test(text)) throw new CommandError('ERR value is out of range, must be positive')
  return Number(text)
}

/**
 * Reads how long a key is to live, as milliseconds.
 *
 * @throws CommandError for anything that is no such number, naming the command.
 */
export function toLifeMs(bytes: Buffer, unitMs: number, command: string): number {
  const livesMs = toInteger(bytes) * unitMs
  if (livesMs <= 0 || livesMs > MAX_LIFE_MS) throw new CommandError(`ERR invalid expire time in '${command}' command`)
  return livesMs
}

/**
 * Adds within 64 bits.
 *
 * @throws CommandError on overflow.
 */
export function addBigInts(a: bigint, b: bigint): bigint {
  const sum = a + b
  if (!isInRange(sum)) throw new CommandError('ERR increment or decrement would overflow')
  return sum
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

function isInRange(value: bigint): boolean {
  return value >= MIN && value <= MAX
}
