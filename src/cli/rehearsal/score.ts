import type { MessageAudit } from '../player/notes/message-log.js'
import type { QueueAudit } from '../player/notes/queue-ledger.js'
import type { ClientKind, HandoffFigures, PlayerResult, StepFigures } from '../player/player-messages.js'
import type { PlayerEnd } from '../player/player-process.js'

/** How it went for one client. Counts are `null` where the client's process took them with it. */
export interface Score {
  readonly client: ClientKind
  readonly ended: 'finished' | 'hung' | 'died'
  /** Why it died. */
  readonly reason: string | null
  /** Commands that were answered as they should be. */
  readonly commands: number | null
  /** Commands that failed, were answered wrongly, or never answered; without those in `cut`. */
  readonly failed: number | null
  /** Those among the failed that were never answered. */
  readonly unanswered: number | null
  /** Commands in flight when the server reset the connection: no client can know their fate. */
  readonly cut: number | null
  /** Writes that were acknowledged but are not there. */
  readonly lost: number | null
  /** Increments that were applied more often than acknowledged. */
  readonly doubled: number | null
  /** Transactions of which only a part is there. */
  readonly torn: number | null
  /** Commands among the failed that were answered with something else than they should be. */
  readonly wrong: number | null
  /** Where there was a queue, what became of its items. */
  readonly queue: QueueAudit | null
  /** Where there were messages, what became of them. */
  readonly messages: MessageAudit | null
  /** The longest time that a command took, or waited without an answer, in milliseconds. */
  readonly longestStallMs: number | null
  /** The longest that a command took on an ordinary connection that nothing happened to, in milliseconds. */
  readonly controlStallMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly handoffs: number | null
  /** Steps after which the client was not where it had been led. */
  readonly astray: readonly string[]
  readonly reconnects: number | null
  /** Connections that the nodes accepted. */
  readonly connections: number
  /** `error` events of the client. */
  readonly errorEvents: number | null
  readonly unhandledRejections: number | null
  /** Whether the client closed when told to, and its process ended by itself. */
  readonly closed: boolean
  /** What each hand-off took, where the client tells. */
  readonly handoffFigures: readonly HandoffFigures[]
  readonly failures: Readonly<Record<string, number>>
  readonly steps: readonly StepFigures[]
}

/** The last that was known of a client whose process is gone. */
export type LastWords = Pick<PlayerResult, 'total' | 'incidents'>

/** What a score is made of. */
export interface ScoreParts {
  readonly client: ClientKind
  readonly end: PlayerEnd
  readonly last: LastWords | undefined
  readonly connections: number
  readonly astray: readonly string[]
}

/** What a score says where nothing is known. */
const UNKNOWN = {
  reason: null,
  commands: null,
  failed: null,
  unanswered: null,
  cut: null,
  lost: null,
  doubled: null,
  torn: null,
  wrong: null,
  queue: null,
  messages: null,
  longestStallMs: null,
  controlStallMs: null,
  p50Ms: null,
  p99Ms: null,
  handoffs: null,
  reconnects: null,
  errorEvents: null,
  unhandledRejections: null,
  closed: false,
  handoffFigures: [],
  failures: {},
  steps: [],
} as const

/** Makes the score of one client. */
export function toScore({ end, last, ...given }: ScoreParts): Score {
  const known = { ...given, ended: end.how, ...UNKNOWN }
  if (end.how === 'finished') return { ...known, ...countsOf(end.result), ...figuresOf(end.result) }
  const reason = end.how === 'died' ? end.reason : null
  return { ...known, ...(last === undefined ? {} : countsOf(last)), reason }
}

function countsOf({ total, incidents }: LastWords) {
  const { answered: commands, failed, unanswered, cut, longestMs: longestStallMs } = total
  const { handoffs, reconnects, errors: errorEvents, unhandled: unhandledRejections } = incidents
  return {
    commands,
    failed: failed + unanswered,
    unanswered,
    cut,
    longestStallMs,
    handoffs,
    reconnects,
    errorEvents,
    unhandledRejections,
  }
}

function figuresOf(result: PlayerResult) {
  const {
    audit,
    wrong,
    queue = null,
    messages = null,
    p50Ms,
    p99Ms,
    steps,
    failures,
    handoffs: handoffFigures,
  } = result
  const { lost, doubled, torn } = audit ?? UNKNOWN
  const controlStallMs = Math.max(0, ...steps.map(({ controlMs }) => controlMs))
  return {
    lost,
    doubled,
    torn,
    wrong,
    queue,
    messages,
    controlStallMs,
    p50Ms,
    p99Ms,
    steps,
    failures,
    handoffFigures,
    closed: result.closed,
  }
}

/** Why a score is not good enough; empty when it is. A command that the server cut is nobody's fault. */
export function faultsOf(score: Score): readonly string[] {
  if (score.ended !== 'finished') return losesOf(score)
  const failed = tooMany(score.failed, 'failed')
  return [...(failed === undefined ? [] : [failed]), ...losesOf(score)]
}

/** What is not accounted for in a score, whatever failed. */
export function losesOf(score: Score): readonly string[] {
  if (score.ended === 'hung') return ['the client hung']
  if (score.ended === 'died') return [`the client's process died: ${score.reason}`]
  const faults: (string | undefined)[] = [
    tooMany(score.lost, 'lost'),
    tooMany(score.doubled, 'applied twice'),
    tooMany(score.torn, 'torn'),
    ...losesBeside(score),
    score.lost === null ? 'the server could not be asked what it holds' : undefined,
    score.commands === 0 ? 'no command was answered' : undefined,
    score.unhandledRejections === 0 ? undefined : `${score.unhandledRejections} rejections were not handled`,
    score.closed ? undefined : 'the client did not close, or its process did not end by itself',
  ]
  return faults.filter(fault => fault !== undefined)
}

/** What is only asked of a load that goes beyond commands. */
function losesBeside({ queue, messages, wrong, unanswered }: Score): readonly (string | undefined)[] {
  if (messages === null) return []
  return [
    tooMany(wrong, 'answered wrongly'),
    tooMany(unanswered, 'never answered'),
    queue === null ? 'the queue could not be read' : undefined,
    tooMany(queue?.lost ?? 0, 'lost', 'items'),
    tooMany(queue?.doubled ?? 0, 'doubled', 'items'),
    tooMany(messages.missed, 'missing without a word', 'messages'),
    messages.heard === 0 ? 'no message was heard' : undefined,
  ]
}

function tooMany(count: number | null, what: string, things = 'commands'): string | undefined {
  return count === null || count === 0 ? undefined : `${count} ${things} ${what}`
}
