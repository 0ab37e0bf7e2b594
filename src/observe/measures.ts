/** How the values of a measure come about: added up, sampled, or read when they are asked for. */
export type MeasureKind = 'counter' | 'up-down' | 'histogram' | 'gauge' | 'read-counter'

/** Something that is measured, by whatever it is exported. */
export interface Measure {
  readonly kind: MeasureKind
  /** In the spelling of UCUM: `s`, or what is counted in braces. */
  readonly unit: string
  /** What its values are, for those who read a dashboard. */
  readonly description: string
  /** What its values are told apart by. */
  readonly attributes: readonly string[]
  /** Of one that is read: what clients that are not told apart have in common. Those of one database share its queue. */
  readonly across?: 'sum' | 'most' | 'least'
}

/** Everything that is measured, by its name in OpenTelemetry. No attribute has more than a handful of values. */
export const MEASURE_NAMES = [
  'redis_hitless.notifications',
  'redis_hitless.handoff.duration',
  'redis_hitless.handoff.attempts.failed',
  'redis_hitless.handoff.active',
  'redis_hitless.held.duration',
  'redis_hitless.relaxed.duration',
  'redis_hitless.relaxed.active',
  'redis_hitless.commands.refused',
  'redis_hitless.commands.resent',
  'redis_hitless.connections.unresponsive',
  'redis_hitless.primary.searches',
  'redis_hitless.outages',
  'redis_hitless.subscriptions.interrupted.duration',
  'redis_hitless.failures',
  'redis_hitless.actions.withheld',
  'redis_hitless.available',
  'redis_hitless.ready',
  'redis_hitless.notifying',
  'redis_hitless.connections.open',
  'redis_hitless.commands.waiting',
  'redis_hitless.unanswered.age',
  'redis_hitless.handoffs.queued',
  'redis_hitless.breakers',
  'redis_hitless.dials.limited',
] as const

/** The name of a measure. */
export type MeasureName = (typeof MEASURE_NAMES)[number]

/** What each of them is. */
export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  'redis_hitless.notifications': {
    kind: 'counter',
    unit: '{notification}',
    description: 'Notifications of servers, signals and Azure, by what became of them',
    attributes: ['type', 'outcome'],
  },
  'redis_hitless.handoff.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'From the beginning of a hand-off to its end, by what it was for and how it ended',
    attributes: ['reason', 'outcome'],
  },
  'redis_hitless.handoff.attempts.failed': {
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts of hand-offs that failed, by what followed',
    attributes: ['reason', 'followed_by'],
  },
  'redis_hitless.handoff.active': {
    kind: 'up-down',
    unit: '{handoff}',
    description: 'Hand-offs under way',
    attributes: ['reason'],
  },
  'redis_hitless.held.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long commands were held: all of them in a hand-off, or writes for a primary',
    attributes: ['cause'],
  },
  'redis_hitless.relaxed.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long timeouts were relaxed, by what relaxed them first',
    attributes: ['cause'],
  },
  'redis_hitless.relaxed.active': {
    kind: 'up-down',
    unit: '{client}',
    description: 'Clients whose timeouts are relaxed',
    attributes: ['cause'],
  },
  'redis_hitless.commands.refused': {
    kind: 'counter',
    unit: '{refusal}',
    description: 'Refusals of commands because of the state of their server, by what followed',
    attributes: ['kind', 'recovery'],
  },
  'redis_hitless.commands.resent': {
    kind: 'counter',
    unit: '{command}',
    description: 'Commands that were sent again, by why',
    attributes: ['cause'],
  },
  'redis_hitless.connections.unresponsive': {
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections that owed answers and sent nothing',
    attributes: [],
  },
  'redis_hitless.primary.searches': {
    kind: 'counter',
    unit: '{search}',
    description: 'Searches for a primary, by how they ended',
    attributes: ['outcome'],
  },
  'redis_hitless.outages': {
    kind: 'counter',
    unit: '{outage}',
    description: 'Times that a database could no longer be reached',
    attributes: [],
  },
  'redis_hitless.subscriptions.interrupted.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long subscriptions were without a connection',
    attributes: [],
  },
  'redis_hitless.failures': {
    kind: 'counter',
    unit: '{failure}',
    description: 'What a listener, a hook or this library threw, and sessions that could not be set up again',
    attributes: ['event'],
  },
  'redis_hitless.actions.withheld': {
    kind: 'counter',
    unit: '{action}',
    description: 'What was not done because of the option dryRun, by what it is and why',
    attributes: ['action', 'cause'],
  },
  'redis_hitless.available': {
    kind: 'gauge',
    unit: '1',
    description: 'Whether the database can be reached: 1, or 0',
    attributes: [],
    across: 'least',
  },
  'redis_hitless.ready': {
    kind: 'gauge',
    unit: '1',
    description: 'Whether commands are served: 1, or 0',
    attributes: [],
    across: 'least',
  },
  'redis_hitless.notifying': {
    kind: 'gauge',
    unit: '1',
    description: 'Whether the server sends notifications: 1, or 0',
    attributes: [],
    across: 'least',
  },
  'redis_hitless.connections.open': {
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections that have not ended',
    attributes: [],
    across: 'sum',
  },
  'redis_hitless.commands.waiting': {
    kind: 'gauge',
    unit: '{command}',
    description: 'Commands that wait for a connection, and tasks that wait for a client',
    attributes: [],
    across: 'sum',
  },
  'redis_hitless.unanswered.age': {
    kind: 'gauge',
    unit: 's',
    description: 'How long a connection has owed answers and sent nothing, the longest of all, to within 0.25 s',
    attributes: [],
    across: 'most',
  },
  'redis_hitless.handoffs.queued': {
    kind: 'gauge',
    unit: '{handoff}',
    description: 'Hand-offs that wait for their turn, in the database',
    attributes: [],
    across: 'most',
  },
  'redis_hitless.breakers': {
    kind: 'gauge',
    unit: '{endpoint}',
    description: 'Endpoints whose circuit breaker is not closed, in the database, by its state',
    attributes: ['state'],
    across: 'most',
  },
  'redis_hitless.dials.limited': {
    kind: 'read-counter',
    unit: '{dial}',
    description: 'Dials of hand-offs that a limit of the process kept waiting, by the limit',
    attributes: ['limit'],
    across: 'most',
  },
}

/** What is told apart by: the name of the client, where it has one, and what the measure says. */
export type Attributes = Readonly<Record<string, string>>

/** The name of the attribute that tells clients apart; only those have it that were given a name. */
export const CLIENT_ATTRIBUTE = 'client'

/** The bounds of the buckets of histograms, in seconds: from a round trip to a window of minutes. */
export const SECONDS: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 5, 10, 15, 30, 60, 120, 600]

/** One value that was read. */
export interface Reading {
  readonly measure: MeasureName
  /** In the unit of its measure. */
  readonly value: number
  readonly attributes: Attributes
}

/** Where measurements go. */
export interface Instruments {
  /** Adds to a counter, or to an up-and-down one. */
  add(measure: MeasureName, value: number, attributes: Attributes): void
  /** Samples a duration, in seconds. */
  sample(measure: MeasureName, seconds: number, attributes: Attributes): void
  /** Reads the others when they are exported, until that is taken back. */
  read(readings: () => readonly Reading[]): () => void
}
