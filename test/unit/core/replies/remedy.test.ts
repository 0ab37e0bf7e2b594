import { describe, expect, it } from 'vitest'
import { afterFailure, FULL_BUDGET } from '../../../../src/core/replies/recovery-budget.js'
import {
  afterRemedy,
  type CommandFailure,
  FIRST_TRY,
  mayHoldUp,
  mayLeave,
  type Remedy,
  type RemedyState,
  remedyFor,
} from '../../../../src/core/replies/remedy.js'
import type { RefusedReply, ReplyKind } from '../../../../src/core/replies/reply-kind.js'
import { NO_WAIT } from '../../../../src/core/replies/server-wait.js'

const NOW = 1_000
const DEFAULTS: RemedyState = {
  readOnlyRecovery: 'replay',
  retryInFlight: 'reads',
  mostLosses: 1,
  isClusterNode: false,
  searches: FULL_BUDGET,
  wait: NO_WAIT,
}

/** No primary was found just now: none is looked for before `blockedUntil`. */
const SPENT = afterFailure(FULL_BUDGET, NOW)

const CURABLE = ['read-only', 'unblocked'] as const
const PASSING = ['no-replicas', 'master-down', 'loading', 'cluster-down', 'try-again'] as const

const lost = { type: 'connection-lost', wasUnresponsive: false } as const
const unresponsive = { type: 'connection-lost', wasUnresponsive: true } as const
const other = { type: 'other' } as const

function refused(kind: ReplyKind, scope: RefusedReply['scope'] = 'command'): CommandFailure['cause'] {
  return { type: 'refused', reply: { kind, scope } }
}

/** Every kind of command, as it comes from where it was sent. */
const COMMANDS = {
  read: { args: ['GET', 'key'] },
  write: { args: ['SET', 'key', 'value'] },
  blocking: { args: ['BLPOP', 'queue', '0'] },
  script: { args: ['EVAL', 'return 1', '0'] },
  'declared read-only script': { args: ['EVAL_RO', 'return 1', '0'] },
  'MULTI block': { args: ['MULTI'], scope: 'transaction' },
  'MULTI block under WATCH': { args: ['MULTI'], scope: 'transaction', isWatching: true },
  'script in an executed block': { args: ['EXEC'], isRepeatable: false },
  'command inside an open MULTI': { args: ['GET', 'key'], isRepeatable: false },
} as const satisfies Record<string, Partial<CommandFailure>>

type Kind = keyof typeof COMMANDS

function failureOf(kind: Kind, more: Pick<CommandFailure, 'cause'> & Partial<CommandFailure>): CommandFailure {
  return {
    history: FIRST_TRY,
    isRepeatable: true,
    isTorn: false,
    isWatching: false,
    scope: undefined,
    isAllowed: undefined,
    ...COMMANDS[kind],
    ...more,
  }
}

const KINDS = Object.keys(COMMANDS) as Kind[]
const RETRY: Remedy = { type: 'retry', apart: true }
const RETRY_UNSENT: Remedy = { type: 'retry', apart: false }
const AWAIT_PRIMARY: Remedy = { type: 'await-primary' }
const AWAIT_SERVER: Remedy = { type: 'await-server' }
const ASK: Remedy = { type: 'ask-application' }
const ORIGINAL: Remedy = { type: 'give-back', as: 'original', leaves: false }
const FATE_UNKNOWN: Remedy = { type: 'give-back', as: 'fate-unknown', leaves: false }
const LEFT: Remedy = { type: 'give-back', as: 'original', leaves: true }
const WATCH_BROKEN: Remedy = { type: 'give-back', as: 'watch-broken', leaves: false }
const WATCH_BROKEN_LEFT: Remedy = { type: 'give-back', as: 'watch-broken', leaves: true }

type Row = readonly [Kind, Remedy]

const everyKind = (remedy: Remedy): readonly Row[] => KINDS.map(kind => [kind, remedy])

describe('a command that a server refused since it is no primary, or not ready', () => {
  const replay: readonly Row[] = [
    ['read', AWAIT_PRIMARY],
    ['write', AWAIT_PRIMARY],
    ['blocking', AWAIT_PRIMARY],
    ['script', AWAIT_PRIMARY],
    ['declared read-only script', AWAIT_PRIMARY],
    ['MULTI block', AWAIT_PRIMARY],
    ['MULTI block under WATCH', WATCH_BROKEN_LEFT],
    ['script in an executed block', LEFT],
    ['command inside an open MULTI', LEFT],
  ]
  const single: readonly Row[] = [
    ['read', AWAIT_PRIMARY],
    ['write', AWAIT_PRIMARY],
    ['blocking', AWAIT_PRIMARY],
    ['script', LEFT],
    ['declared read-only script', LEFT],
    ['MULTI block', LEFT],
    ['MULTI block under WATCH', LEFT],
    ['script in an executed block', LEFT],
    ['command inside an open MULTI', LEFT],
  ]
  const rows = [
    ...replay.map(row => ['replay', ...row] as const),
    ...single.map(row => ['replay-single', ...row] as const),
    ...everyKind(LEFT).map(row => ['reconnect', ...row] as const),
    ...everyKind(ORIGINAL).map(row => ['report', ...row] as const),
  ].flatMap(row => CURABLE.map(reply => [reply, ...row] as const))

  it.each(rows)('%s, readOnly %s, %s', (reply, readOnlyRecovery, kind, expected) => {
    const failure = failureOf(kind, { cause: refused(reply) })
    expect(remedyFor({ ...DEFAULTS, readOnlyRecovery }, failure, NOW)).toEqual(expected)
  })

  it.each(['script', 'transaction'] as const)(
    'is no single one where its error says that it is part of a %s',
    scope => {
      const failure = failureOf('write', { cause: refused('read-only', scope) })
      expect(remedyFor({ ...DEFAULTS, readOnlyRecovery: 'replay-single' }, failure, NOW)).toEqual(LEFT)
    },
  )

  it.each(['WAIT', 'WAITAOF'])('%s that a failover ended is given back: it speaks of its own connection', name => {
    const failure = failureOf('blocking', { cause: refused('unblocked'), args: [name, '1', '0'] })
    expect(remedyFor(DEFAULTS, failure, NOW)).toEqual(LEFT)
  })

  it.each(KINDS)('%s: is given back, and nothing is left, while no primary may be looked for', kind => {
    const failure = failureOf(kind, { cause: refused('read-only') })
    const state = { ...DEFAULTS, searches: SPENT }
    expect(remedyFor(state, failure, SPENT.blockedUntil - 1)).toEqual(ORIGINAL)
    expect(remedyFor(state, failure, SPENT.blockedUntil)).toEqual(remedyFor(DEFAULTS, failure, NOW))
  })

  it('is sent again six times, then given back', () => {
    const at = (refusals: number): Remedy => {
      const history = { ...FIRST_TRY, refusals }
      return remedyFor(DEFAULTS, failureOf('write', { cause: refused('read-only'), history }), NOW)
    }
    expect([0, 5, 6].map(at)).toEqual([AWAIT_PRIMARY, AWAIT_PRIMARY, ORIGINAL])
  })
})

describe('a command that a server refused for a reason that passes', () => {
  const held: readonly Kind[] = ['read', 'write', 'blocking', 'script', 'declared read-only script', 'MULTI block']

  it.each(PASSING.flatMap(reply => KINDS.map(kind => [reply, kind] as const)))('%s, %s', (reply, kind) => {
    const expected = held.includes(kind) ? AWAIT_SERVER : ORIGINAL
    expect(remedyFor(DEFAULTS, failureOf(kind, { cause: refused(reply) }), NOW)).toEqual(expected)
  })

  it.each([
    ['replay-single', 'write', true],
    ['replay-single', 'MULTI block', false],
    ['reconnect', 'write', false],
    ['report', 'write', false],
  ] as const)('readOnly %s, %s: is sent again: %s', (readOnlyRecovery, kind, isSentAgain) => {
    const { type } = remedyFor({ ...DEFAULTS, readOnlyRecovery }, failureOf(kind, { cause: refused('loading') }), NOW)
    expect(type).toBe(isSentAgain ? 'await-server' : 'give-back')
  })

  it('is given back once its server was waited for as long as it may be', () => {
    const at = (now: number): Remedy => {
      const state = { ...DEFAULTS, wait: { sinceAt: NOW, pauses: 9 } }
      return remedyFor(state, failureOf('write', { cause: refused('no-replicas') }), now)
    }
    expect([NOW + 9_999, NOW + 10_000, NOW + 60_000].map(now => at(now).type)).toEqual([
      'await-server',
      'give-back',
      'await-server',
    ])
  })
})

describe('a command that a node of a cluster refuses as its slot moves', () => {
  it.each(KINDS)('%s: is given back', kind => {
    const state = { ...DEFAULTS, isClusterNode: true }
    expect(remedyFor(state, failureOf(kind, { cause: refused('try-again') }), NOW)).toEqual(ORIGINAL)
  })
})

describe('a command that was redirected', () => {
  it.each(KINDS)('%s: is given back', kind => {
    expect(remedyFor(DEFAULTS, failureOf(kind, { cause: refused('redirected') }), NOW)).toEqual(ORIGINAL)
  })
})

describe('a command that was never written', () => {
  it.each(KINDS)('%s: is sent in any case', kind => {
    const state: RemedyState = { ...DEFAULTS, readOnlyRecovery: 'report', retryInFlight: 'none', searches: SPENT }
    const expected = kind === 'MULTI block under WATCH' ? WATCH_BROKEN : RETRY_UNSENT
    expect(remedyFor(state, failureOf(kind, { cause: { type: 'never-sent' } }), NOW)).toEqual(expected)
  })

  it('is given back where what it was a part of ended with its connection', () => {
    const failure = failureOf('write', { cause: { type: 'never-sent' }, isTorn: true })
    expect(remedyFor(DEFAULTS, failure, NOW)).toEqual(ORIGINAL)
  })
})

describe('a command whose script the server lacks', () => {
  const rows: readonly Row[] = KINDS.map(kind => {
    const isFree = !['MULTI block under WATCH', 'script in an executed block', 'command inside an open MULTI'].includes(
      kind,
    )
    return [kind, isFree ? { type: 'load-scripts' } : ORIGINAL]
  })

  it.each(rows)('%s', (kind, expected) => {
    const failure = failureOf(kind, { cause: refused('no-script') })
    expect(remedyFor(DEFAULTS, failure, NOW)).toEqual(expected)
    for (const readOnlyRecovery of ['replay-single', 'reconnect', 'report'] as const)
      expect(remedyFor({ ...DEFAULTS, readOnlyRecovery }, failure, NOW)).toEqual(ORIGINAL)
  })

  it('is given back when it was sent twice behind the scripts, and holds nothing up', () => {
    const remedyAt = (refusals: number): Remedy =>
      remedyFor(
        DEFAULTS,
        failureOf('script', { cause: refused('no-script'), history: { ...FIRST_TRY, refusals } }),
        NOW,
      )
    expect([0, 1, 2].map(remedyAt)).toEqual([{ type: 'load-scripts' }, { type: 'load-scripts' }, ORIGINAL])
    expect(mayHoldUp(DEFAULTS, { kind: 'no-script', scope: 'command' }, NOW)).toBe(false)
  })
})

describe('what a command has been through', () => {
  it('counts lost connections and primaries by themselves, and no waits', () => {
    const lostOnce = afterRemedy(FIRST_TRY, lost, RETRY)
    expect(lostOnce).toEqual({ losses: 1, refusals: 0, repeats: 0 })
    expect(afterRemedy(lostOnce, refused('read-only'), AWAIT_PRIMARY)).toEqual({ losses: 1, refusals: 1, repeats: 0 })
    expect(afterRemedy(lostOnce, refused('loading'), AWAIT_SERVER)).toEqual(lostOnce)
    expect(afterRemedy(FIRST_TRY, refused('no-script'), { type: 'load-scripts' })).toEqual({
      ...FIRST_TRY,
      refusals: 1,
    })
    expect(afterRemedy(lostOnce, { type: 'never-sent' }, RETRY_UNSENT)).toEqual(lostOnce)
  })
})

describe('what comes behind a refused command', () => {
  const holdsUp = (kind: ReplyKind, state: Partial<RemedyState> = {}): boolean =>
    mayHoldUp({ ...DEFAULTS, ...state }, { kind, scope: 'command' }, NOW)

  it('waits for it where it is sent again', () => {
    expect([...CURABLE, ...PASSING].map(kind => holdsUp(kind))).toEqual(Array(7).fill(true))
    expect(holdsUp('redirected')).toBe(false)
    expect(holdsUp('read-only', { searches: SPENT })).toBe(false)
    expect(holdsUp('read-only', { readOnlyRecovery: 'reconnect' })).toBe(false)
    expect(holdsUp('loading', { readOnlyRecovery: 'report' })).toBe(false)
    expect(holdsUp('try-again', { wait: { sinceAt: NOW - 2_000, pauses: 5 } })).toBe(false)
    expect(PASSING.filter(kind => !holdsUp(kind, { isClusterNode: true }))).toEqual(['try-again'])
  })
})

describe('a command whose connection ended before the answer', () => {
  const reads: readonly Row[] = [
    ['read', RETRY],
    ['write', ORIGINAL],
    ['blocking', ORIGINAL],
    ['script', ORIGINAL],
    ['declared read-only script', RETRY],
    ['MULTI block', ORIGINAL],
    ['MULTI block under WATCH', ORIGINAL],
    ['script in an executed block', ORIGINAL],
    ['command inside an open MULTI', ORIGINAL],
  ]
  const rows = [
    ...reads.map(row => ['reads', ...row] as const),
    ...everyKind(ORIGINAL).map(row => ['none', ...row] as const),
    ...KINDS.map(kind => ['ask', kind, isTied(kind) ? ORIGINAL : ASK] as const),
  ]

  it.each(rows)('retryInFlight %s, %s', (retryInFlight, kind, expected) => {
    const state = { ...DEFAULTS, retryInFlight }
    expect(remedyFor(state, failureOf(kind, { cause: lost }), NOW)).toEqual(expected)
  })

  it.each(rows)('retryInFlight %s, %s: says that its fate is unknown if the connection stopped answering', (...row) => {
    const [retryInFlight, kind, expected] = row
    const state = { ...DEFAULTS, retryInFlight }
    const remedy = remedyFor(state, failureOf(kind, { cause: unresponsive }), NOW)
    expect(remedy).toEqual(expected === ORIGINAL ? FATE_UNKNOWN : expected)
  })

  it.each<readonly [Kind, boolean, Remedy]>([
    ['write', true, RETRY],
    ['write', false, ORIGINAL],
    ['read', false, ORIGINAL],
    ['MULTI block', true, RETRY],
    ['MULTI block under WATCH', true, WATCH_BROKEN],
    ['MULTI block under WATCH', false, ORIGINAL],
  ])('%s: does what the application answered, %s', (kind, isAllowed, expected) => {
    const failure = failureOf(kind, { cause: lost, isAllowed })
    expect(remedyFor({ ...DEFAULTS, retryInFlight: 'ask' }, failure, NOW)).toEqual(expected)
  })

  it('is sent again once, then given back, and the application is not asked', () => {
    const at = (retryInFlight: RemedyState['retryInFlight'], losses: number): Remedy => {
      const history = { ...FIRST_TRY, losses }
      return remedyFor({ ...DEFAULTS, retryInFlight }, failureOf('read', { cause: lost, history }), NOW)
    }
    expect([0, 1].map(losses => at('reads', losses))).toEqual([RETRY, ORIGINAL])
    expect([0, 1].map(losses => at('ask', losses))).toEqual([ASK, ORIGINAL])
  })

  it('may be sent again whatever was spent on looking for a primary', () => {
    const state: RemedyState = { ...DEFAULTS, readOnlyRecovery: 'report', searches: SPENT }
    expect(remedyFor(state, failureOf('read', { cause: lost }), NOW)).toEqual(RETRY)
  })
})

describe('a command that failed for any other reason: an answer of its own, a timeout, an abort', () => {
  it.each(KINDS)('%s: is given back', kind => {
    const failure = failureOf(kind, { cause: other, isAllowed: true })
    expect(remedyFor({ ...DEFAULTS, retryInFlight: 'ask' }, failure, NOW)).toEqual(ORIGINAL)
  })
})

describe('a connection', () => {
  it('may be left to look for a primary, unless the options or recent searches say no', () => {
    expect(mayLeave(DEFAULTS, NOW)).toBe(true)
    expect(mayLeave({ ...DEFAULTS, readOnlyRecovery: 'reconnect' }, NOW)).toBe(true)
    expect(mayLeave({ ...DEFAULTS, readOnlyRecovery: 'report' }, NOW)).toBe(false)
    expect(mayLeave({ ...DEFAULTS, searches: SPENT }, NOW)).toBe(false)
  })
})

function isTied(kind: Kind): boolean {
  return 'isRepeatable' in COMMANDS[kind]
}
