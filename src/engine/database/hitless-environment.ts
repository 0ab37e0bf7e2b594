import { HitlessError } from '../../base/errors.js'
import { refusal } from '../../base/shape.js'
import type { AgeOptions, RecoveryOptions } from '../../core/options/hitless-options.js'
import type { OwnOptions, ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { resolveOptions } from '../../core/options/resolve-options.js'
import { reasonToBeOff } from '../../core/options/switched-off.js'
import { tlsGettersOf } from '../../core/options/tls-getters.js'

/** What operators set for a whole process. */
export interface Environment {
  /** Whether everything is switched off, whatever the options say. */
  readonly isOff: boolean
  /** The limits that are set. Options take precedence. */
  readonly age: AgeOptions
}

/** The variable that switches everything off. */
const OFF_SWITCH = 'REDIS_HITLESS'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads the environment variables of this library. No other file does.
 *
 * @throws HitlessError `OPTIONS_INVALID` naming the variable with an invalid value.
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  if (readOff(variables)) return { isOff: true, age: {} }
  const maxAgeMs = readMs(variables, 'REDIS_HITLESS_MAX_CONNECTION_AGE_MS')
  const maxIdleMs = readMs(variables, 'REDIS_HITLESS_MAX_CONNECTION_IDLE_MS')
  return {
    isOff: false,
    age: { ...(maxAgeMs !== undefined && { maxAgeMs }), ...(maxIdleMs !== undefined && { maxIdleMs }) },
  }
}

/** Our options, as they are read once for a client. */
export interface SettledOptions {
  readonly maint: ResolvedMaintOptions
  /** Why everything is off, by the environment or by the options, as one sentence; `undefined` where it is not. */
  readonly off: string | undefined
}

/**
 * Reads our options, and what operators have set for the process.
 *
 * @param beside - The configured host, and the host's options of TLS as the user has given them.
 * @param recovery - What the host does by default.
 * @throws HitlessError `OPTIONS_INVALID` for an option, or an environment variable.
 */
export function settleOwn(
  own: OwnOptions,
  beside: { readonly host: string | undefined; readonly tls: object | undefined },
  recovery?: RecoveryOptions,
): SettledOptions {
  const { isOff, age } = readEnvironment()
  return {
    maint: resolveOptions(own, { host: beside.host, age, tls: tlsGettersOf(beside.tls), recovery }),
    off: isOff ? `The environment variable ${OFF_SWITCH} says so` : reasonToBeOff(own),
  }
}

function readOff(variables: Variables): boolean {
  const text = variables[OFF_SWITCH]?.trim()
  if (text === undefined) return false
  if (!/^(on|off)?$/i.test(text)) throw refused(OFF_SWITCH, text, '"on" or "off"')
  return /^off$/i.test(text)
}

/** An empty variable sets no limit, in place of a provider's. A variable that is not set says nothing. */
function readMs(variables: Variables, name: string): number | false | undefined {
  const text = variables[name]?.trim()
  if (text === undefined) return undefined
  if (text === '') return false
  const ms = Number(text)
  if (Number.isFinite(ms) && ms > 0) return ms
  throw refused(name, text, 'a positive number of milliseconds')
}

function refused(variable: string, value: string, expected: string): HitlessError {
  const problem = refusal(variable, expected, value)
  return new HitlessError('OPTIONS_INVALID', `The environment variable ${problem}`, { facts: { problems: [problem] } })
}
