import type { MaintEvent } from '../core/events/maint-events.js'
import { type LogEntry, LogLevels } from './log-entries.js'
import type { Naming, Observer } from './observed.js'

/** The levels that are used. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Takes what is logged as text and facts, as `console` does. */
type TextFirst = (message: string, facts: object) => void

/** Takes what is logged as facts and text, as pino and its relatives do. */
type FactsFirst = (facts: object, message: string) => void

/** A logger: `console`, or one that is like pino. */
export type LoggerLike =
  | { readonly [L in LogLevel]: TextFirst }
  | ({ readonly [L in LogLevel]: FactsFirst } & { child(...args: never[]): unknown })

/** How it is logged. */
export interface LoggingOptions {
  /** The least level that is logged. Default `debug`: the logger decides. */
  readonly level?: LogLevel | undefined
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/**
 * Logs what happens to clients, a line for each event that somebody may want to read. What is normal is `debug`; what
 * servers announce and what follows from it is `info`; what the application notices is `warn`; defects are `error`.
 *
 * @example
 * ```ts
 * createLogging(console, { level: 'info' }).observe(client, { name: 'sessions' })
 * ```
 */
export function createLogging(logger: LoggerLike, { level: least = 'debug' }: LoggingOptions = {}): Observer {
  const levels = new LogLevels()
  const write = writerOf(logger)
  return {
    observe: ({ maint }, naming) =>
      maint.onAny(event => {
        const entry = levels.entryOf(event)
        if (entry !== undefined && ORDER.indexOf(entry.level) >= ORDER.indexOf(least))
          write(entry, factsOf(event, naming))
      }),
  }
}

function writerOf(logger: LoggerLike): (entry: LogEntry, facts: object) => void {
  if ('child' in logger) return ({ level, message }, facts) => logger[level](facts, message)
  return ({ level, message }, facts) => logger[level](message, facts)
}

/** What the event says, without the frames of servers, which may be long. */
function factsOf({ name, payload }: MaintEvent, { name: client }: Naming = {}): object {
  const { raw: _, ...facts } = { raw: undefined, ...payload }
  return { event: name, ...(client !== undefined && { client }), ...facts }
}
