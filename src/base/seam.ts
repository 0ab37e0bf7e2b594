import { HitlessError } from './errors.js'

/** Something that an adapter relies on though its host does not promise it. */
export interface Seam<T> {
  readonly name: string
  /** What the adapter uses it for, as a clause. */
  readonly purpose: string
  /** Whether it is there and does what is expected. A throw means that it does not. */
  readonly holds: (sample: T) => boolean
}

/** The library that has the seams, and the versions of it that have them all. */
export interface SeamOwner {
  readonly library: string
  readonly supported: string
}

/** Names something that an adapter relies on. */
export function seam<T>(name: string, purpose: string, holds: Seam<T>['holds']): Seam<T> {
  return { name, purpose, holds }
}

/** The seams that hold, by the class or module that was tried. */
const held = new WeakMap<object, Set<object>>()

/**
 * Tries seams on a sample, once for each class or module.
 *
 * @param of - The class or module.
 * @throws HitlessError `HOST_UNSUPPORTED` naming what is missing and the supported versions.
 */
export function assertSeams<T>(seams: readonly Seam<T>[], of: object, sampleOf: () => T, owner: SeamOwner): void {
  const known = held.get(of) ?? new Set()
  if (known.has(seams)) return
  const missing = missingOf(seams, sampleOf())
  if (missing.length > 0) throw unsupported(missing, owner)
  held.set(of, known.add(seams))
}

/** The arguments of the calls of one member, which is replaced during the call. */
export function callsOf(target: object, member: string, act: () => Promise<unknown>): unknown[][] {
  const calls: unknown[][] = []
  const replacement = async (...given: unknown[]): Promise<void> => void calls.push(given)
  Reflect.set(target, member, replacement)
  act().catch(() => {})
  Reflect.deleteProperty(target, member)
  return calls
}

/** The names of the seams that do not hold. */
export function missingOf<T>(seams: readonly Seam<T>[], sample: T): readonly string[] {
  return seams.filter(one => !holds(one, sample)).map(({ name }) => name)
}

/** The error of a host that lacks some. */
export function unsupported(
  missing: readonly string[],
  { library, supported }: SeamOwner,
): HitlessError<'HOST_UNSUPPORTED'> {
  const message = `This version of ${library} lacks ${missing.join(', ')}; supported are ${supported}`
  return new HitlessError('HOST_UNSUPPORTED', message, { facts: { missing, supported } })
}

function holds<T>(one: Seam<T>, sample: T): boolean {
  try {
    return one.holds(sample)
  } catch {
    return false
  }
}
