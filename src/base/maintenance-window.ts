/** What a server has announced and has not ended yet, as errors tell of it. */
export interface MaintenanceWindow {
  /** What opened it. `announced`: something told elsewhere, such as on Azure's channel. */
  readonly type: 'moving' | 'migrating' | 'failing-over' | 'slots-migrating' | 'announced'
  /** The number of the notification; `undefined` where it had none. */
  readonly sequence: number | bigint | undefined
  /** When it was opened, in milliseconds since 1970. */
  readonly sinceAt: number
  /** When it ends by itself at the latest, in milliseconds since 1970. */
  readonly untilAt: number
  /** The hand-off that was under way, by the name that events give it. */
  readonly handoffId: string | undefined
}

/** It is the same in two copies of this package. */
const WINDOW = Symbol.for('redis-hitless.window')

/**
 * Notes in which window an error was raised. The first one counts: an error may pass through here more than once. Errors of
 * the host look the same as before, also when they are compared or printed.
 */
export function noteWindow(error: unknown, window: MaintenanceWindow | undefined): void {
  if (window === undefined || !(error instanceof Error) || WINDOW in error) return
  if (Object.isExtensible(error)) Object.defineProperty(error, WINDOW, { value: window })
}

/**
 * The maintenance window in which an error was raised, of this library or of the host; `undefined` where none was open.
 *
 * @example
 * ```ts
 * const isExpected = windowOf(error)?.type === 'failing-over'
 * ```
 */
export function windowOf(error: unknown): MaintenanceWindow | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  return Reflect.get(error, WINDOW) as MaintenanceWindow | undefined
}
