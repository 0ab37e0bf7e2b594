import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import type { Input, Policy } from '../../../../src/core/decide/link-state.js'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { createHooks, type Hooks } from '../../../../src/core/events/hooks.js'
import type { HookContext } from '../../../../src/core/events/maint-hook.js'
import { createTell, type TellByNumber } from '../../../../src/core/events/tell.js'
import type { LinkHost } from '../../../../src/engine/link/link-host.js'
import { Shell } from '../../../../src/engine/link/shell.js'
import type { ReconnectDecision } from '../../../../src/engine/ports.js'
import { createVirtualClock, type VirtualClock } from '../../../../src/testing/index.js'
import { MOVING_TO_B, notificationOf, POLICY } from '../../core/decide/decided.js'

interface Rig {
  readonly clock: VirtualClock
  readonly hooks: Hooks
  readonly shell: Shell
  readonly host: LinkHost
  readonly log: string[]
  /** What the host does when it is called, besides writing it down. */
  readonly on: { [K in keyof LinkHost]?: () => void }
  strategy: ReconnectDecision
  fence: () => Promise<boolean>
}

function createRig(
  wrap: (clock: VirtualClock) => Clock = clock => clock,
  keepsAlive: () => boolean = () => true,
  given: Partial<Policy> = {},
): Rig {
  const clock = createVirtualClock()
  const hooks = createHooks(clock)
  const log: string[] = []
  const on: Rig['on'] = {}
  const note = (name: keyof LinkHost, ...details: readonly unknown[]): void => {
    log.push([name, ...details].join(' '))
    on[name]?.()
  }
  const host: LinkHost = {
    context: { clock: wrap(clock) },
    hookCalls: {
      ask: (connection, notification) => hooks.before(notification, () => contextOf(connection)),
      settle: ({ notification, connection, handoff, ignored }) =>
        hooks.after(
          notification,
          ignored === undefined
            ? { result: 'handled', handoffId: handoff === undefined ? undefined : `${handoff}` }
            : { result: 'ignored', cause: ignored },
          () => contextOf(connection),
        ),
    },
    policy: { ...POLICY, ...given },
    get keepsAlive() {
      return keepsAlive()
    },
    onEffect() {},
    tell: tellOf(hooks, clock),
    dial: ({ connection, purpose }) => note('dial', connection, purpose),
    discard: connection => note('discard', connection),
    pauseCommands: () => note('pauseCommands'),
    pauseWrites: () => note('pauseWrites'),
    followAddress: (connection, withinMs) => note('followAddress', connection, withinMs),
    unfollowAddress: () => note('unfollowAddress'),
    recheckAddress: () => note('recheckAddress'),
    giveUp: () => note('giveUp'),
    searchSettled: found => note('searchSettled', found),
    awaitRelease: (connection, until, then) => {
      note('awaitRelease', connection, until)
      then()
    },
    probe: (connection, withinMs) => {
      note('probe', connection, withinMs)
      return Promise.resolve(true)
    },
    fence: (connection, withinMs) => {
      note('fence', connection, withinMs)
      return rig.fence()
    },
    resume: (connection, after) => note('resume', connection, after),
    drain: (connection, withinMs) => note('drain', connection, withinMs),
    relax: relaxed => note('relax', relaxed),
    decideReconnect: (retries, cause) => {
      note('decideReconnect', retries, cause)
      return rig.strategy
    },
    announce: event => note('announce', event),
    announceError: error => note('announceError', error),
    terminate: (error, cause) => note('terminate', error, cause),
  }
  const shell = new Shell(host)
  hooks.onAny(({ name }) => log.push(name))
  const rig: Rig = { clock, hooks, shell, host, log, on, strategy: { afterMs: 50 }, fence: () => Promise.resolve(true) }
  return rig
}

/** Tells events with their hand-off; the connections of these tests have no more than numbers. */
/** What hooks are told besides; what it says is not of interest here. */
function contextOf(connection: number): HookContext {
  const place = { link: 1, pool: undefined }
  return {
    at: 0,
    source: 'server',
    ...place,
    node: undefined,
    connection: { ...place, id: connection, route: CONFIGURED, address: undefined },
    blocking: false,
    subscribed: false,
  }
}

function tellOf(hooks: Pick<Hooks, 'emit' | 'hears' | 'pool'>, clock: Clock): TellByNumber {
  const tell = createTell(hooks, clock)
  return (event, { connection: id, handoff }) =>
    tell(event, { connection: id === undefined ? undefined : { id, route: CONFIGURED, address: undefined }, handoff })
}

function fail(message: string): never {
  throw new Error(message)
}

/** Loses the connection of a link that is in a hand-off. */
function lose({ shell }: Rig): void {
  shell.notify(1, MOVING_TO_B)
  shell.send({ type: 'lost', connection: 1, cause: 'lost' })
}

function serving(rig: Rig): Rig {
  rig.shell.send({ type: 'connect' })
  rig.shell.send({ type: 'dialled', connection: 1 })
  rig.log.length = 0
  return rig
}

describe('the shell', () => {
  test('performs effects in the order in which they were decided', async () => {
    const { shell, log, clock } = serving(createRig())
    shell.notify(1, MOVING_TO_B)
    shell.send({ type: 'dialled', connection: 2 })
    await clock.settle()
    expect(log).toEqual([
      'moving',
      'relax true',
      'timeouts:relaxed',
      'handoff:started',
      'dial 2 handoff',
      'awaitRelease 1 returned',
      'awaitRelease 1 untied',
      'pauseCommands',
      'fence 1 1000',
      'resume 2 handoff',
      'drain 1 17000',
      'handoff:completed',
    ])
  })

  test('runs the hook after a notification once it is handled, and says what became of it', () => {
    const rig = serving(createRig())
    const { shell, hooks, log } = rig
    hooks.use({
      before: ({ type }) => (type === 'failing-over' ? 'skip' : undefined),
      after: ({ type }, outcome) => log.push(`${type} is ${'cause' in outcome ? outcome.cause : outcome.result}`),
    })
    const migrating = notificationOf('migrating', { sequence: 7 })
    for (const notification of [migrating, migrating]) shell.notify(1, notification)
    shell.notify(1, notificationOf('failed-over', { sequence: 9 }))
    shell.notify(1, notificationOf('failing-over', { sequence: 10 }))
    shell.send({ type: 'close' })
    log.push('closed')
    shell.notify(1, notificationOf('migrating', { sequence: 11 }))
    const told = log.filter(line => / is |^closed$/.test(line))
    expect(log.indexOf('timeouts:relaxed')).toBeLessThan(log.indexOf('migrating is handled'))
    expect(told).toEqual([
      'migrating is handled',
      'migrating is duplicate',
      'failed-over is replay',
      'failing-over is skipped',
      'closed',
      'migrating is stale',
    ])
  })

  test('handles an input that arises while another is handled after that one', () => {
    const rig = serving(createRig())
    rig.on.relax = () => rig.shell.send({ type: 'close' })
    rig.shell.notify(1, MOVING_TO_B)
    expect(rig.log).toEqual([
      'moving',
      'relax true',
      'timeouts:relaxed',
      'handoff:started',
      'discard 2',
      'handoff:cancelled',
      'relax false',
      'timeouts:restored',
    ])
    expect(rig.shell.link.phase.state).toBe('closed')
  })

  test.each([
    ['handoff:started', (rig: Rig) => rig.shell.notify(1, MOVING_TO_B)],
    ['timeouts:restored', (rig: Rig) => lose(rig)],
    ['handoff:cancelled', (rig: Rig) => lose(rig)],
  ] as const)('does nothing that brings a link back to life which was closed at %s', (name, happen) => {
    const rig = serving(createRig())
    rig.hooks.on(name, () => {
      rig.shell.send({ type: 'close' })
      rig.log.length = 0
    })
    happen(rig)
    const opening = rig.log.filter(entry => !/^(discard|drain|relax false|handoff:|timeouts:)/.test(entry))
    expect(opening).toEqual([])
    expect(rig.shell.link.phase.state).toBe('closed')
    expect(rig.clock.pending).toBe(0)
  })

  test('performs what is left of a decision after an effect that threw, and then decides about that', () => {
    const rig = serving(createRig())
    rig.on.relax = () => fail('no such timeout')
    const failures: unknown[] = []
    rig.hooks.on('internal:failed', failure => failures.push(failure))
    rig.shell.notify(1, MOVING_TO_B)
    expect(rig.log.slice(-3)).toEqual(['handoff:started', 'dial 2 handoff', 'internal:failed'])
    expect(failures).toMatchObject([{ during: 'relax', error: new Error('no such timeout') }])
  })

  test('does not leave the gate closed behind a connection that could not take over', async () => {
    const rig = serving(createRig())
    rig.on.resume = () => fail('no take-over')
    rig.shell.notify(1, MOVING_TO_B)
    rig.shell.send({ type: 'dialled', connection: 2 })
    await rig.clock.settle()
    delete rig.on.resume
    await rig.clock.settleBy(50)
    rig.shell.send({ type: 'dialled', connection: 3 })
    expect(rig.log.slice(-3)).toEqual(['dial 3 connect', 'resume 3 connect', 'announce connected'])
  })

  test('keeps its state where a decision cannot be made, and tells', () => {
    const rig = serving(createRig())
    const failures: unknown[] = []
    rig.hooks.on('internal:failed', failure => failures.push(failure))
    const broken = { type: 'notification', connection: 1, identity: 'x' } as unknown as Input
    rig.shell.send(broken)
    expect(failures).toMatchObject([{ during: 'decision', error: expect.any(TypeError), connection: { id: 1 } }])
    expect(rig.shell.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('does not tell without end of a report that cannot be told', () => {
    const rig = serving(createRig())
    const shell = new Shell({ ...rig.host, tell: () => fail('deaf') })
    shell.send({ type: 'connect' })
    shell.send({ type: 'dialled', connection: 1 })
    shell.notify(1, MOVING_TO_B)
    expect(shell.link.phase.state).toBe('preparing')
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['finds no answer in time', () => Promise.resolve(false)],
  ])('moves the dispatcher all the same when the fence %s', async (_, fence) => {
    const rig = serving(createRig())
    rig.fence = fence
    const completed: unknown[] = []
    rig.hooks.on('handoff:completed', payload => completed.push(payload))
    rig.shell.notify(1, MOVING_TO_B)
    rig.shell.send({ type: 'dialled', connection: 2 })
    await rig.clock.settle()
    expect(completed).toMatchObject([{ drained: false }])
  })
})

describe('what is told', () => {
  test('of a hand-off has one id from its start to its end, and the connection that serves', async () => {
    const rig = serving(createRig())
    const events: unknown[] = []
    rig.hooks.onAny(({ name, payload: { at, connection, handoffId } }) => {
      if (name.startsWith('handoff:')) events.push([name, handoffId?.split('.')[1], connection?.id, at])
    })
    const startedAt = rig.clock.epochMs()
    rig.shell.notify(1, MOVING_TO_B)
    rig.clock.advanceBy(5)
    rig.shell.notify(1, notificationOf('moving', { sequence: 2 }))
    rig.clock.advanceBy(15_000)
    rig.shell.send({ type: 'dialled', connection: 3 })
    await rig.clock.settle()
    const endedAt = startedAt + 15_005
    expect(events).toEqual([
      ['handoff:started', '1', 1, startedAt],
      ['handoff:cancelled', '1', 1, startedAt + 5],
      ['handoff:started', '2', 1, startedAt + 5],
      ['handoff:completed', '2', 3, endedAt],
    ])
  })

  test('of writes that wait names the hand-off that they wait for, once there is one', async () => {
    const rig = serving(createRig())
    const ids: unknown[] = []
    rig.hooks.on('handoff:started', ({ handoffId }) => ids.push(handoffId))
    rig.hooks.on('writes:resumed', ({ handoffId }) => ids.push(handoffId))
    rig.hooks.on('migrating', ({ handoffId }) => ids.push(handoffId))
    rig.shell.send({ type: 'hand-off', connection: 1, reason: 'not-writable' })
    rig.shell.notify(1, notificationOf('migrating'))
    rig.shell.send({ type: 'dialled', connection: 2 })
    await rig.clock.settle()
    const [started] = ids
    expect(ids).toEqual([expect.stringMatching(/^\d+\.1$/), undefined, started])
  })
})

describe('a notification', () => {
  test('that a hook skips is reported as ignored, and not acted on', () => {
    const rig = serving(createRig())
    const outcomes: unknown[] = []
    rig.hooks.use({ before: () => 'skip', after: (_, outcome) => void outcomes.push(outcome) })
    rig.shell.notify(1, MOVING_TO_B)
    expect(rig.log).toEqual(['notification:ignored'])
    expect(rig.shell.link.phase.state).toBe('serving')
    expect(outcomes).toEqual([{ result: 'ignored', cause: 'skipped' }])
  })

  test('is over for the hooks when it was acted on', () => {
    const rig = serving(createRig())
    const states: string[] = []
    rig.hooks.use({
      before: () => void states.push(rig.shell.link.phase.state),
      after: () => void states.push(rig.shell.link.phase.state),
    })
    rig.shell.notify(1, MOVING_TO_B)
    expect(states).toEqual(['serving', 'preparing'])
  })
})

describe('a notification with an identity of its own', () => {
  const signal = { ...MOVING_TO_B, sequence: undefined }

  test('is acted on once, however often it is told', () => {
    const rig = serving(createRig())
    rig.shell.notify(1, { ...signal, id: 'order 7' })
    rig.shell.notify(1, { ...signal, id: 'order 7' })
    expect(rig.log.filter(entry => entry === 'handoff:started')).toHaveLength(1)
    expect(rig.log.at(-1)).toBe('notification:ignored')
  })

  test('is another event than what looks alike under another identity, or what the server tells', () => {
    const rig = serving(createRig())
    rig.shell.notify(1, { ...signal, id: 'order 7' })
    rig.shell.notify(1, { ...signal, id: 8 })
    rig.shell.notify(1, signal)
    expect(rig.log.filter(entry => entry === 'handoff:started')).toHaveLength(3)
    expect([...rig.shell.link.registry.keys()]).toEqual(['signal moving order 7', 'signal moving 8', '~moving b:6379'])
  })
})

describe('settled', () => {
  const settledBy = async (rig: Rig): Promise<() => boolean> => {
    let settled = false
    void rig.shell.settled().then(() => {
      settled = true
    })
    await rig.clock.settle()
    return () => settled
  }

  test('resolves at once where no hand-off is under way', async () => {
    const isSettled = await settledBy(serving(createRig()))
    expect(isSettled()).toBe(true)
    expect((await settledBy(createRig()))()).toBe(true)
  })

  test('resolves when the hand-off has ended, for all that wait for it', async () => {
    const rig = serving(createRig())
    rig.shell.notify(1, MOVING_TO_B)
    const waiting = [await settledBy(rig), await settledBy(rig)]
    expect(waiting.map(isSettled => isSettled())).toEqual([false, false])
    rig.shell.send({ type: 'dialled', connection: 2 })
    await rig.clock.settle()
    expect(waiting.map(isSettled => isSettled())).toEqual([true, true])
  })

  test.each<readonly [string, Input]>([
    ['the connection is lost', { type: 'lost', connection: 1, cause: 'lost' }],
    ['the link is closed', { type: 'close' }],
  ])('resolves when %s', async (_, input) => {
    const rig = serving(createRig())
    rig.shell.notify(1, MOVING_TO_B)
    const isSettled = await settledBy(rig)
    rig.shell.send(input)
    await rig.clock.settle()
    expect(isSettled()).toBe(true)
  })

  test('waits on for the hand-off that overtakes the one that was under way', async () => {
    const rig = serving(createRig())
    rig.shell.notify(1, MOVING_TO_B)
    const isSettled = await settledBy(rig)
    rig.shell.notify(1, { ...MOVING_TO_B, sequence: 2 })
    await rig.clock.settle()
    expect(isSettled()).toBe(false)
  })
})

describe('a host', () => {
  test('is told to pause writes, and to watch the configured name and to let it be', () => {
    const rig = serving(createRig(undefined, undefined, { followsAddress: true }))
    rig.shell.send({ type: 'pause-writes', forMs: 1_000 })
    rig.shell.notify(1, notificationOf('moving', { endpoint: null }))
    rig.shell.send({ type: 'address-moved', connection: 1 })
    expect(rig.log.filter(entry => /writes|Writes|Address|dial/.test(entry))).toEqual([
      'pauseWrites',
      'writes:paused',
      'followAddress 1 13500',
      'unfollowAddress',
      'dial 2 handoff',
    ])
    rig.clock.advanceTo(1_000)
    expect(rig.log.slice(-2)).toEqual(['writes:resumed', 'resume 1 released'])
  })
})

describe('the timers of the shell', () => {
  test('are started and disposed of as decided, one of each name', () => {
    const { shell, clock } = serving(createRig())
    shell.notify(1, notificationOf('moving', { sequence: 1, endpoint: null }))
    shell.notify(1, notificationOf('moving', { sequence: 2, endpoint: null }))
    expect(clock.pending).toBe(2)
    shell.send({ type: 'close' })
    expect(clock.pending).toBe(0)
  })

  test('tell the link when they are due', () => {
    const { shell, clock, log } = serving(createRig())
    shell.notify(1, notificationOf('moving', { graceMs: 10_000, endpoint: null }))
    clock.advanceTo(5_000)
    expect(log.at(-1)).toBe('dial 2 handoff')
  })

  test('are none while a first connection is made, and none while one serves', () => {
    const { clock } = serving(createRig())
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['by default', undefined, true],
    ['unless the host has let go of it', () => false, false],
    ['if the host wants it', () => true, true],
  ])('keep the process alive for a reconnect only, %s', (_, keepsAlive, expected) => {
    const relaxations: unknown[] = []
    const watch = (clock: VirtualClock): Clock => ({
      now: () => clock.now(),
      epochMs: () => clock.epochMs(),
      after(delayMs, task, hold) {
        relaxations.push(hold)
        return clock.after(delayMs, task)
      },
    })
    const { shell } = serving(createRig(watch, keepsAlive))
    shell.notify(1, notificationOf('moving', { endpoint: null }))
    expect(relaxations).toEqual([false, false])
    shell.send({ type: 'lost', connection: 1, cause: 'lost' })
    shell.send({ type: 'dial-failed', connection: 2, error: 'refused' })
    expect(relaxations.at(-1)).toBe(expected)
  })
})

describe('the reconnect strategy', () => {
  test('is asked with the count and the cause, and its pause is kept', () => {
    const rig = serving(createRig())
    rig.shell.send({ type: 'lost', connection: 1, cause: 'lost' })
    expect(rig.log).toEqual([
      'pauseCommands',
      'decideReconnect 0 lost',
      'announceError lost',
      'announce reconnecting',
      'dial 2 connect',
    ])
    rig.log.length = 0
    rig.shell.send({ type: 'dial-failed', connection: 2, error: 'refused' })
    expect(rig.log).toEqual(['pauseCommands', 'decideReconnect 1 refused', 'announceError refused'])
    rig.clock.advanceTo(50)
    expect(rig.log.slice(-2)).toEqual(['announce reconnecting', 'dial 3 connect'])
  })

  test('that gives up ends the link with its error and the cause', () => {
    const rig = serving(createRig())
    rig.strategy = { giveUp: 'enough' }
    rig.shell.send({ type: 'lost', connection: 1, cause: 'lost' })
    expect(rig.log).toEqual(['pauseCommands', 'decideReconnect 0 lost', 'terminate enough lost'])
    expect(rig.shell.link.phase.state).toBe('idle')
  })
})
