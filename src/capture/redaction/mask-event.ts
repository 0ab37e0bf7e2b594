import { isHitlessError } from '../../base/errors.js'

/** Fields of events whose texts say something about maintenance, and nothing about data. */
const PLAIN =
  /^(?:type|wireType|cause|reason|result|state|action|kind|recovery|followedBy|endpointType|handoffId|host|address|during|name|outcome|shards|event|request|command)$/
/** What they contain besides copies of what went over the connection. */
const LEFT_OUT = /^(?:raw|channels|ipAddress)$/
const PLAIN_WORD = /^[\w :./[\]-]{0,120}$/
/** Of the server an error has its code in front, of the system in a field of its own. */
const ERROR_CODE = /^[A-Z_]{2,}(?= |$)/

/** What an event carries, without anything that the application has put into its data. */
export function maskEvent(payload: object): object {
  return maskFields(payload)
}

function maskFields(fields: object): object {
  const kept = Object.entries(fields).filter(([key, value]) => value !== undefined && !LEFT_OUT.test(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, maskValue(key, value)]))
}

function maskValue(key: string, value: unknown): unknown {
  if (value instanceof Error) return maskError(value)
  if (typeof value === 'string') return PLAIN.test(key) && PLAIN_WORD.test(value) ? value : 'x'.repeat(value.length)
  // A command begins with its name.
  if (Array.isArray(value))
    return value.map((item, index) => maskValue(key === 'command' && index > 0 ? '' : key, item))
  return typeof value === 'object' && value !== null ? maskFields(value) : value
}

/** Texts of this library name no data; those of servers and systems may. */
function maskError(error: Error): object {
  const { message, code } = error as Error & { readonly code?: unknown }
  const known = typeof code === 'string' ? { code } : {}
  if (isHitlessError(error)) return { ...known, message }
  const [first] = ERROR_CODE.exec(message) ?? []
  return { ...known, message: first ?? (typeof code === 'string' ? code : error.name) }
}
