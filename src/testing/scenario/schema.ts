import { z } from 'zod'
import { toEndpoint } from '../../base/endpoint.js'
import { HitlessError } from '../../base/errors.js'
import { HANDOFF_REASONS, LEGAL_MOVES } from '../../core/decide/phase.js'
import { MAINT_EVENT_NAMES } from '../../core/events/maint-events.js'
import { azureAnnouncement } from './azure-step.js'
import { contradictions } from './contradictions.js'
import { type Scenario, WORLD_EVENTS } from './scenario.js'

const KINDS = [
  'moving',
  'migrating',
  'migrated',
  'failing-over',
  'failed-over',
  'slots-migrating',
  'slots-migrated',
] as const
const CONDUCTS = [
  'serving',
  'refusing',
  'silent',
  'hanging-up',
  'loading',
  'loading-only',
  'replica',
  'lacking-replicas',
  'pausing-writes',
] as const

const ms = z.number().finite().nonnegative()
const node = z.string().regex(/^[a-z][a-z0-9-]*$/)
const name = z.string().regex(/^[a-z][a-z0-9-]*$/)
const kind = z.enum(KINDS)
const logName = z.enum([...MAINT_EVENT_NAMES, ...WORLD_EVENTS])
const group = z.record(z.string(), z.unknown())
const slots = z.array(z.strictObject({ from: z.int(), to: z.int() }))
const words = z.array(z.string()).min(1)
const settings = {
  conduct: z.enum(CONDUCTS).optional(),
  handshakeMs: ms.optional(),
  answerMs: ms.optional(),
  forbids: z.array(z.string().regex(/^[A-Z]+(?: \S+)?$/)).optional(),
  follows: node.optional(),
  names: node.optional(),
  owns: slots.optional(),
  refuses: z.string().nullable().optional(),
}

const step = z.discriminatedUnion('do', [
  z.strictObject({
    at: ms,
    do: z.literal('notify'),
    on: node,
    kind,
    sequence: z.int().nonnegative().nullable(),
    graceMs: ms.optional(),
    endpoint: node.nullable().optional(),
    shards: z.array(z.string()).optional(),
    slots: slots.optional(),
    moves: z.array(z.strictObject({ source: node, target: node.nullable(), slots })).optional(),
    times: z.int().positive().optional(),
    closesAfterMs: ms.nullable().optional(),
  }),
  z.strictObject({ at: ms, do: z.literal(['connect', 'close', 'destroy']) }),
  z.strictObject({ at: ms, do: z.literal('node'), node, ...settings }),
  z.strictObject({ at: ms, do: z.literal('configure'), node }),
  z.strictObject({
    at: ms,
    do: z.literal('begin-move'),
    slot: z.int().nonnegative(),
    node,
    keys: words.optional(),
  }),
  z.strictObject({
    at: ms,
    do: z.literal('drop'),
    node,
    connections: z.enum(['all', 'serving', 'next']).optional(),
  }),
  z.strictObject({ at: ms, do: z.literal('hand-off'), reason: z.enum(HANDOFF_REASONS).exclude(['moving']) }),
  z.strictObject({ at: ms, do: z.literal(['recover', 'stand-still', 'resume-writes']) }),
  z.strictObject({ at: ms, do: z.literal('relax'), key: z.string(), forMs: ms }),
  z.strictObject({ at: ms, do: z.literal('end-relaxation'), key: z.string() }),
  z.strictObject({ at: ms, do: z.literal('pause-writes'), forMs: ms }),
  z.strictObject({ at: ms, do: z.literal('strategy'), pauseMs: z.union([ms, z.literal('give-up')]) }),
  z.strictObject({
    at: ms,
    do: z.literal('send'),
    as: name,
    command: words,
    timeoutMs: ms.optional(),
    with: name.optional(),
  }),
  z.strictObject({ at: ms, do: z.literal('watch'), as: name, keys: words, with: name.optional() }),
  z.strictObject({ at: ms, do: z.literal('block'), as: name, commands: z.array(words).min(1), with: name.optional() }),
  z.strictObject({
    at: ms,
    do: z.literal(['subscribe', 'unsubscribe']),
    as: name,
    channels: words,
    kind: z.enum(['channels', 'patterns', 'sharded']).optional(),
    with: name.optional(),
  }),
  z.strictObject({ at: ms, do: z.literal(['abort', 'check-out', 'return']), as: name }),
  z.strictObject({ at: ms, do: z.literal('execute'), command: words }),
  z.strictObject({
    at: ms,
    do: z.literal('azure'),
    announcement: azureAnnouncement,
  }),
  z.strictObject({ at: ms, do: z.literal('publish'), on: node, channel: z.string(), message: z.string() }),
])

const entry = z.strictObject({
  at: ms.optional(),
  event: logName,
  node: node.optional(),
  to: node.nullable().optional(),
  endpoint: node.nullable().optional(),
  graceMs: ms.optional(),
  sequence: z.int().nullable().optional(),
  type: kind.optional(),
  reason: z.string().optional(),
  action: z.string().optional(),
  kind: z.string().optional(),
  cause: z.string().optional(),
  attempts: z.int().optional(),
  followedBy: z.string().optional(),
  drained: z.boolean().optional(),
  durationMs: ms.optional(),
  pausedMs: ms.optional(),
  purpose: z.string().optional(),
  after: z.string().optional(),
  retries: z.int().optional(),
  message: z.string().optional(),
  as: name.optional(),
  member: name.optional(),
  reply: z.unknown().optional(),
  code: z.string().optional(),
  channel: z.string().optional(),
  command: z.string().optional(),
  slots: z.string().optional(),
})

const counts = z.record(node, z.int().positive())

const common = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1).describe('A sentence about behaviour.'),
  why: z.string().min(1).describe('What goes wrong otherwise.'),
  sockets: z.boolean().optional().describe('Play it on real sockets too.'),
  coarseTimers: z.boolean().optional().describe('Timers count whole milliseconds, and fire up to two early.'),
  followsAddress: z.boolean().optional().describe('The client watches the addresses of the configured name.'),
  monitors: z.boolean().optional().describe("The client's monitors run. Default: steps say what these would find."),
  options: z
    .strictObject({ maintNotifications: group.optional(), hitless: group.optional() })
    .optional()
    .describe('What the application passed.'),
  skip: z.array(kind).optional().describe('Types of notification that a hook of the application skips.'),
  nodes: z.record(
    node,
    z.strictObject({
      endpoint: z
        .string()
        .refine(text => toEndpoint(text) !== undefined)
        .optional(),
      server: z.enum(['redis', 'valkey']).optional(),
      ...settings,
    }),
  ),
  configured: node.describe('The node that the configured endpoint leads to at first.'),
  steps: z.array(step).min(1).describe('What happens, in order of time, in milliseconds since the beginning.'),
  expect: z.array(entry).min(1).describe('The log, in order. Of an entry only the fields that are given are compared.'),
  ignore: z.array(logName).optional().describe('Names of entries that are not compared.'),
})

const ofClient = common.extend({
  end: z.strictObject({
    at: ms,
    // The keys of the table are exactly the names of the states.
    state: z.enum(Object.keys(LEGAL_MOVES) as (keyof typeof LEGAL_MOVES)[]),
    serving: node.nullable(),
    gate: z.enum(['open', 'paused', 'writes-paused', 'closed']),
    relaxed: z.boolean(),
    timers: z.int().nonnegative(),
    connections: counts,
  }),
})

const ofPool = common.extend({
  pool: z.strictObject({
    minimum: z.int().nonnegative(),
    maximum: z.int().positive(),
    acquireTimeoutMs: ms.optional(),
    cleanupDelayMs: ms.optional(),
  }),
  end: z.strictObject({
    at: ms,
    members: z.int().nonnegative(),
    inUse: z.int().nonnegative(),
    waiting: z.int().nonnegative(),
    relaxed: z.boolean(),
    serving: counts,
    connections: counts,
  }),
})

const ofCluster = common.extend({
  cluster: z.literal(true).describe('The nodes are a cluster, and the client is one of it.'),
  end: z.strictObject({ at: ms, slots: z.record(node, z.string()), relaxed: z.boolean(), connections: counts }),
})

/** The form of every scenario: what is checked beyond it, such as that nodes exist, is in {@link contradictions}. */
export const scenarioForm: z.ZodType = z.union([ofClient, ofPool, ofCluster])

/**
 * Reads a scenario.
 *
 * @param text - The JSON text of a file, or what it parses to.
 * @throws HitlessError `SIMULATOR_SCRIPT` naming every field that makes no sense.
 */
export function parseScenario(text: unknown): Scenario {
  const given = typeof text === 'string' ? parseJson(text) : text
  const parsed = formOf(given).safeParse(given)
  const problems = parsed.success
    ? // Optional fields differ from the hand-written type only in whether an explicit `undefined` is allowed.
      contradictions(parsed.data as Scenario)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'scenario'}: ${message}`)
  if (parsed.success && problems.length === 0) return parsed.data as Scenario
  throw new HitlessError('SIMULATOR_SCRIPT', `Not a scenario: ${problems.join('; ')}`, { facts: { problems } })
}

/** What is wrong is said of the form that was meant. */
function formOf(given: unknown): typeof ofClient | typeof ofPool | typeof ofCluster {
  if (typeof given !== 'object' || given === null) return ofClient
  if ('cluster' in given) return ofCluster
  return 'pool' in given ? ofPool : ofClient
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HitlessError('SIMULATOR_SCRIPT', 'Not a scenario: no JSON', { cause, facts: { problems: ['no JSON'] } })
  }
}
