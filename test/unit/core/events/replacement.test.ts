import { describe, expect, test } from 'vitest'
import { isHitlessError } from '../../../../src/base/errors.js'
import type { HookedNotification } from '../../../../src/core/events/hooked-notification.js'
import { readReplacement } from '../../../../src/core/events/replacement.js'
import { notificationOf } from '../decide/decided.js'

const AZURE: HookedNotification = {
  type: 'azure-starting',
  wireType: 'NodeMaintenanceStarting',
  startsAt: 5,
  isReplica: true,
  ipAddress: null,
  sslPort: 15_000,
  nonSslPort: null,
  receivedAt: 0,
  raw: '',
}
const RANGE = [{ from: 0, to: 9 }]

describe('what a hook wants in place of a notification', () => {
  test.each<readonly [HookedNotification, object]>([
    [notificationOf('moving'), { endpoint: { host: 'proxy', port: 6380 }, graceMs: 1 }],
    [notificationOf('moving', { endpoint: { host: 'b', port: 1 } }), { endpoint: null }],
    [notificationOf('migrating'), { graceMs: 0, shards: ['1'] }],
    [notificationOf('failing-over'), { graceMs: 0, shards: ['1'] }],
    [notificationOf('migrated', { shards: ['1', '2'] }), { shards: ['1'] }],
    [notificationOf('failed-over'), { shards: ['1'] }],
    [notificationOf('slots-migrating'), { graceMs: 5, slots: RANGE }],
    [notificationOf('slots-migrated'), { moves: [{ source: null, target: { host: 'b', port: 1 }, slots: RANGE }] }],
    [AZURE, { startsAt: null, isReplica: false }],
  ])('takes the fields that say what is to happen: %o, %o', (notification, fields) => {
    expect(readReplacement({ ...notification, ...fields }, notification)).toEqual({ ...notification, ...fields })
  })

  test('may name a place as text', () => {
    const moving = notificationOf('moving')
    expect(readReplacement({ ...moving, endpoint: '[::1]:6380' }, moving)).toMatchObject({
      endpoint: { host: '::1', port: 6_380 },
    })
  })

  test('need not have fields that stay', () => {
    const moving = notificationOf('moving', { endpoint: { host: 'b', port: 1 } })
    expect(readReplacement({ graceMs: 5 }, moving)).toEqual({ ...moving, graceMs: 5 })
    expect(readReplacement({ ...moving, endpoint: undefined }, moving)).toEqual(moving)
  })

  test.each<readonly [HookedNotification, unknown, string]>([
    [notificationOf('moving'), 'stop', "moving: must be 'skip', a notification of this type, or nothing"],
    [notificationOf('moving'), null, "moving: must be 'skip'"],
    [notificationOf('moving'), { type: 'migrating' }, 'moving.type: a hook can replace endpoint, graceMs'],
    [notificationOf('moving'), { sequence: 9 }, 'moving.sequence: a hook can replace'],
    [notificationOf('moving'), { target: 'b:1' }, 'moving.target: a hook can replace'],
    [notificationOf('moving'), { endpoint: '?:1' }, 'moving.endpoint: must be an endpoint that can be dialled'],
    [notificationOf('moving'), { graceMs: -1 }, 'moving.graceMs: must be a number of milliseconds'],
    [notificationOf('migrating'), { shards: [1] }, 'migrating.shards: must be a list of texts'],
    [notificationOf('slots-migrating'), { slots: [{ from: 9, to: 1 }] }, 'slots-migrating.slots: must be a list of'],
    [notificationOf('slots-migrating'), { slots: [1] }, 'slots-migrating.slots: must be a list of'],
    [notificationOf('slots-migrated'), { moves: 1 }, 'slots-migrated.moves: must be a list of moves'],
    [notificationOf('slots-migrated'), { moves: [1] }, 'slots-migrated.moves[0]: must be a move'],
    [
      notificationOf('slots-migrated'),
      { moves: [{ source: 'x', target: null, slots: RANGE }] },
      'slots-migrated.moves[0].source: must be an endpoint',
    ],
    [notificationOf('slots-migrated'), { moves: [{ slots: 1 }] }, 'slots-migrated.moves[0].slots: must be a list of'],
    [AZURE, { startsAt: 'soon' }, 'azure-starting.startsAt: must be a time'],
    [AZURE, { isReplica: 1 }, 'azure-starting.isReplica: must be true, false or null'],
    [AZURE, { sslPort: 1 }, 'azure-starting.sslPort: a hook can replace startsAt, isReplica'],
  ])('is refused: %o, %o', (notification, given, problem) => {
    const problemsOf = (): readonly string[] => {
      try {
        readReplacement(given, notification)
        return []
      } catch (error) {
        return isHitlessError(error, 'REPLACEMENT_INVALID') ? error.facts.problems : [String(error)]
      }
    }
    expect(problemsOf()).toEqual([expect.stringContaining(problem)])
  })
})
