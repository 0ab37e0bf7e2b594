import { HitlessError } from './errors.js'

/**
 * Reads a value from outside: returns what it stands for, or adds what is wrong with it to `problems`, by its path. What is
 * left out is `undefined`.
 */
export type Shape<T = unknown> = (value: unknown, path: string, problems: string[]) => T | undefined

/** How problems name a group. */
export interface GroupWords {
  /** What must be given. Default `an object`. */
  readonly expected?: string
  /** What its members are called. Default `field`. */
  readonly member?: string
}

/**
 * A value that is checked by itself.
 *
 * @param expected - What it must be, for people.
 */
export function field<T>(expected: string, accepts: (value: unknown) => boolean): Shape<T> {
  return (value, path, problems) => {
    // `accepts` says that it is one.
    if (value === undefined || accepts(value)) return value as T | undefined
    problems.push(refusal(path, expected, value))
    return undefined
  }
}

/** An object with these members and no others. The object that is given is neither changed nor kept. */
export function group<T>(
  members: { readonly [K in keyof T]-?: Shape<T[K]> },
  { expected = 'an object', member = 'field' }: GroupWords = {},
): Shape<T> {
  const known: readonly [string, Shape][] = Object.entries(members)
  const names = known.map(([name]) => name)
  return (given, path, problems) => {
    if (given === undefined) return undefined
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      problems.push(refusal(path, expected, given))
      return undefined
    }
    for (const name in given) {
      if (!names.includes(name)) problems.push(`${path}.${name}: no such ${member}; known are ${names.join(', ')}`)
    }
    const read = known.map(([name, shape]) => [name, shape(Reflect.get(given, name), `${path}.${name}`, problems)])
    // One entry for each member, read by its shape.
    return Object.fromEntries(read) as T
  }
}

/** Says that a value is not what it must be. */
export function refusal(path: string, expected: string, value: unknown): string {
  return `${path}: must be ${expected}, not ${printValue(value)}`
}

/** The error for options that are refused, with one text for each problem. */
export function invalidOptions(problems: readonly string[]): HitlessError<'OPTIONS_INVALID'> {
  return new HitlessError('OPTIONS_INVALID', problems.join('; '), { facts: { problems } })
}

/** A value as it was written, cut where it is long. */
export function printValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

/** Accepts finite numbers from `least` to `most`, both included. */
export function between(least: number, most: number): (value: unknown) => boolean {
  return value => typeof value === 'number' && value >= least && value <= most
}
