import { expect, it } from 'vitest'
import { createHooks } from '../../../src/core/events/hooks.js'
import type { HookContext } from '../../../src/core/events/maint-hook.js'
import { createMetricsHook } from '../../../src/observe/index.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { notificationOf } from '../core/decide/decided.js'
import { ENDED, eventOf } from './events.js'

const describeIt = (): HookContext => ({
  at: 0,
  source: 'server',
  link: 1,
  pool: undefined,
  node: undefined,
  connection: undefined,
  blocking: false,
  subscribed: false,
})

it('a metrics hook counts outcomes, hand-offs, their times and errors, by the type of notification', () => {
  const hooks = createHooks(createVirtualClock())
  const metrics = createMetricsHook()
  hooks.use(metrics)
  expect(metrics.counts()).toEqual({})
  const moving = notificationOf('moving')
  hooks.after(notificationOf('migrated'), { result: 'ignored', cause: 'replay' }, describeIt)
  for (const handoff of [1, 2]) {
    const handoffId = `1.${handoff}`
    hooks.after(moving, { result: 'handled', handoffId }, describeIt)
    hooks.follow(handoffId, moving, describeIt)
  }
  const error = new Error('refused')
  hooks.emit(eventOf('handoff:completed', { ...ENDED, pausedMs: 1, drained: true }, { handoff: 1 }))
  hooks.emit(eventOf('handoff:failed', { ...ENDED, durationMs: 750, error, followedBy: 'nothing' }, { handoff: 2 }))
  const counts = metrics.counts()
  expect(counts).toEqual({
    moving: {
      outcomes: { handled: 2 },
      handoffs: { completed: 1, failed: 1 },
      totalMs: 1_000,
      longestMs: 750,
      lastError: error,
    },
    migrated: { outcomes: { replay: 1 }, handoffs: {}, totalMs: 0, longestMs: 0, lastError: undefined },
  })
  hooks.after(moving, { result: 'handled', handoffId: undefined }, describeIt)
  expect(counts.moving?.outcomes).toEqual({ handled: 2 })
})
