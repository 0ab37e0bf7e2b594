import { closestTo } from '../../base/closest-name.js'
import { invalidOptions, printValue, refusal } from '../../base/shape.js'
import { MAINT_EVENT_NAMES } from './maint-events.js'
import { HOOKED_TYPES } from './replacement.js'

/**
 * Refuses names of events that are never told.
 *
 * @param path - What was called, as people know it.
 * @throws HitlessError `OPTIONS_INVALID`, as all of these do.
 */
export function assertEvents(path: string, names: unknown): void {
  assertNames(path, MAINT_EVENT_NAMES, names)
}

/** Refuses what cannot be called. */
export function assertCallable(path: string, listener: unknown): void {
  if (typeof listener !== 'function') refuse(refusal(path, 'a function', listener))
}

/** Refuses a hook that is never called, or cannot be. */
export function assertHook(path: string, hook: unknown): void {
  if (typeof hook !== 'object' || hook === null) return refuse(refusal(path, 'an object', hook))
  const { types, before, after, handoffEnded } = hook as Readonly<Record<string, unknown>>
  if (types !== undefined) assertNames(`${path}: types`, HOOKED_TYPES, types)
  for (const [name, call] of Object.entries({ before, after, handoffEnded }))
    if (call !== undefined) assertCallable(`${path}: ${name}`, call)
}

function assertNames(path: string, known: readonly string[], names: unknown): void {
  if (!Array.isArray(names)) return refuse(refusal(path, 'a list of names', names))
  for (const name of names)
    if (!known.includes(name)) refuse(`${path}: no such event as ${printValue(name)}; ${hintOf(name, known)}`)
}

function hintOf(name: unknown, known: readonly string[]): string {
  const meant = closestTo(String(name), known)
  return meant === undefined ? `known are ${known.join(', ')}` : `${meant} may be meant`
}

function refuse(problem: string): void {
  throw invalidOptions([problem])
}
