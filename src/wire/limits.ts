import { constants } from 'node:buffer'

/** Bounds on what a single frame may announce; a frame beyond one fails with `WIRE_LIMIT`. */
export interface WireLimits {
  /** How many aggregates may be open inside each other, attributes included. Default 128. */
  readonly maxDepth?: number
  /** How many frames one aggregate may hold; a map of n pairs holds 2n. Default 2^31 - 1, as Redis itself accepts. */
  readonly maxElements?: number
  /** How many bytes one string may have. Default 512 MiB, as Redis. */
  readonly maxBlobBytes?: number
}

/** {@link WireLimits} with every default filled in. */
export type ResolvedWireLimits = Required<WireLimits>

/** A `Map` or `Set` of V8 throws when it is asked to hold more. */
export const MAX_COLLECTION_SIZE: number = 2 ** 24 - 1

/** The longest number in bytes: enough for any real one, and short enough that reading it stays cheap. */
export const MAX_NUMBER_BYTES = 4096

/** The longest string that V8 can hold; a blob beyond it can only be read as a `Buffer`. */
export const MAX_STRING_BYTES: number = constants.MAX_STRING_LENGTH

/** Fills in the defaults of {@link WireLimits}. */
export function resolveLimits({
  maxDepth = 128,
  maxElements = 2 ** 31 - 1,
  maxBlobBytes = 512 * 1024 * 1024,
}: WireLimits = {}): ResolvedWireLimits {
  return { maxDepth, maxElements, maxBlobBytes }
}
