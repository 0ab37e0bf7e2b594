import type { OwnOptions } from './maint-options.js'
import { refuseNearMisses } from './near-misses.js'

/** What a user passed, separated. An option that is `undefined` counts as not given. */
export interface SplitOptions<T> {
  readonly own: OwnOptions
  /** The host's alone. */
  readonly plain: T
}

/**
 * Separates our options from those of the host.
 *
 * @throws HitlessError `OPTIONS_INVALID` for ours that are misspelled or misplaced.
 */
export function splitOptions<T extends object>(options: T & OwnOptions): SplitOptions<T> {
  const { maintNotifications, hitless, ...others } = refuseNearMisses(options)
  const { maintEndpointType, maintRelaxedCommandTimeout, maintRelaxedSocketTimeout, ...plain } = others
  const flat = { maintEndpointType, maintRelaxedCommandTimeout, maintRelaxedSocketTimeout }
  return { own: { maintNotifications, hitless, ...flat } as OwnOptions, plain: plain as T }
}

/** The options that are given. */
export function definedOf<T extends object>(options: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
