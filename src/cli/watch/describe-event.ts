import { printEndpoint } from '../../base/endpoint.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import { textOf } from '../program/error-text.js'
import { toJsonLine } from '../program/json-line.js'
import { describeAzure, describeNotification } from '../program/notification-text.js'
import { printable } from '../program/printable.js'

/** What is the same for every event, or too long for a line. */
const LEFT_OUT = /^(?:at|connection|handoffId|raw|receivedAt|notification|to)$/

const COLORS: readonly (readonly [pattern: RegExp, code: number])[] = [
  [/:(?:failed|rejected|refused|unresponsive|interrupted)$/, 31],
  [/^(?:handoff:completed|timeouts:restored|writes:resumed)$/, 32],
  [/^(?:moving|migrat|fail|slots|azure)/, 33],
]

/** Says in one line what a client told. */
export function describeEvent({ name, payload }: MaintEvent, color: boolean): string {
  const time = timeOf(payload.at)
  const { connection } = payload
  const where = connection === undefined ? '' : `  #${connection.id}`
  const paint = color ? COLORS.find(([pattern]) => pattern.test(name))?.[1] : undefined
  const text = printable(textOfEvent(name, payload as unknown as Readonly<Record<string, unknown>>))
  return `${time}${where}  ${paint === undefined ? text : `\u001b[${paint}m${text}\u001b[0m`}`
}

function textOfEvent(name: string, payload: Readonly<Record<string, unknown>>): string {
  if (name.startsWith('azure-')) return describeAzure(payload as never)
  // Notifications are told under their own type, with their fields.
  if ('sequence' in payload && 'type' in payload)
    return describeNotification(payload as unknown as MaintenanceNotification)
  const target = 'to' in payload ? [`to ${routeOf(payload)}`] : []
  const facts = Object.entries(payload)
    .filter(([key, value]) => !LEFT_OUT.test(key) && value !== undefined)
    .map(([key, value]) => `${key} ${printFact(key, value)}`)
  return [name, [...target, ...facts].join(', ')].join('  ').trimEnd()
}

function routeOf({ to }: Readonly<Record<string, unknown>>): string {
  const route = to as { readonly endpoint?: { readonly host: string; readonly port: number } } | null
  return route?.endpoint === undefined ? 'the configured endpoint' : printEndpoint(route.endpoint)
}

/** The time of day, in UTC. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}

function printFact(key: string, value: unknown): string {
  if (value instanceof Error) return textOf(value)
  if (typeof value === 'number' && /[a-z]At$/.test(key)) return timeOf(value)
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000)
  return typeof value === 'string' ? value : toJsonLine(value)
}
