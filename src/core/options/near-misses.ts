import { closestTo } from '../../base/closest-name.js'
import { invalidOptions } from '../../base/shape.js'
import { GROUP_DEFAULTS } from './resolve-options.js'

/** Our names beside the host's options. */
const OWN = [
  'maintNotifications',
  'hitless',
  'maintEndpointType',
  'maintRelaxedCommandTimeout',
  'maintRelaxedSocketTimeout',
] as const

const INITIALS: ReadonlySet<string | undefined> = new Set(OWN.map(([initial]) => initial))

/** Fields of our groups, and where they belong; only names that no host has, and nobody else is likely to use. */
const HOMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    maintNotifications: ['relaxedTimeoutMs', 'relaxedSocketTimeoutMs', 'tailMs'],
    'maintNotifications.handoff': ['fenceTimeoutMs', 'tlsNameFromTarget'],
    hitless: ['dryRun'],
    'hitless.health': ['unresponsiveAfterMs'],
    'hitless.recovery': ['retryInFlight'],
    'hitless.availability': ['failFast', 'maxBackoffMs', 'maxWaitingCommands'],
    'hitless.addresses': ['checkAfterMaintenance'],
    'hitless.age': ['maxAgeMs', 'maxIdleMs'],
  }).flatMap(([home, fields]) => fields.map(field => [field, home] as const)),
)

/** Groups have names that others use too: their fields tell them. */
const GROUPS: ReadonlyMap<string, { readonly home: string; readonly fields: readonly string[] }> = new Map([
  [
    'handoff',
    {
      home: 'maintNotifications',
      fields: ['deadlineMs', 'fenceTimeoutMs', 'tlsNameFromTarget', 'queueSize', 'spread'],
    },
  ],
  ...Object.entries(GROUP_DEFAULTS).map(
    ([name, all]) => [name, { home: 'hitless', fields: Object.keys(all) }] as const,
  ),
  ['azure', { home: 'hitless', fields: ['events', 'reactions'] }],
])

/**
 * Refuses options that are meant for us and would be ignored: misspelled, or beside the group to which they belong. Hosts ignore
 * what they do not know, and so does this for everything else.
 *
 * @param options - What was given. Our own names in it are right.
 * @returns The same.
 * @throws HitlessError `OPTIONS_INVALID` naming each.
 */
export function refuseNearMisses<T extends object>(options: T): T {
  const problems: string[] = []
  for (const [name, value] of Object.entries(options)) {
    const problem = value === undefined ? undefined : problemWith(name, value)
    if (problem !== undefined) problems.push(problem)
  }
  refuse(problems)
  return options
}

/**
 * Refuses options of ours among those of a pool, which are the host's alone.
 *
 * @returns The same.
 * @throws HitlessError `OPTIONS_INVALID` naming each.
 */
export function refuseOwn<T extends object>(poolOptions: T): T {
  const misplaced = OWN.filter(name => Reflect.get(poolOptions, name) !== undefined)
  refuse(misplaced.map(name => `${name}: belongs to the options of the client, not to those of the pool`))
  return refuseNearMisses(poolOptions)
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw invalidOptions(problems)
}

function problemWith(name: string, value: unknown): string | undefined {
  const home = HOMES.get(name) ?? homeOfGroup(name, value)
  if (home !== undefined) return `${name}: belongs to ${home}`
  const meant = meantBy(name)
  return meant === undefined ? undefined : `${name}: no such option; ${meant} may be meant`
}

function homeOfGroup(name: string, value: unknown): string | undefined {
  const group = GROUPS.get(name)
  if (group === undefined || typeof value !== 'object' || value === null) return undefined
  const fields = Object.keys(value)
  return fields.length > 0 && fields.every(field => group.fields.includes(field)) ? group.home : undefined
}

/** Names that were found to mean nothing of ours, and how many are remembered: hosts have the same ones for each client. */
const others = new Set<string>()
const MOST_OTHERS = 100

/** Looks closely only at the few names that begin as ours do, and are about as long. */
function meantBy(name: string): string | undefined {
  if (!INITIALS.has(name[0]?.toLowerCase()) || others.has(name)) return undefined
  const alike = OWN.filter(own => own[0] === name[0]?.toLowerCase() && Math.abs(own.length - name.length) <= 2)
  const meant = alike.length === 0 || OWN.some(own => own === name) ? undefined : closestTo(name, alike)
  if (meant === undefined && others.size < MOST_OTHERS) others.add(name)
  return meant
}
