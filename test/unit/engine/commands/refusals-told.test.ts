import { describe, expect, it } from 'vitest'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { createHooks } from '../../../../src/core/events/hooks.js'
import { createTell } from '../../../../src/core/events/tell.js'
import { RefusalsTold } from '../../../../src/engine/commands/recovery/refusals-told.js'
import type { Connection } from '../../../../src/engine/session/connection.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function create() {
  const clock = createVirtualClock()
  const hooks = createHooks(clock)
  const told: unknown[] = []
  hooks.on('commands:resent', ({ count, cause, connection }) => told.push([connection?.id, count, cause]))
  return { told, refusals: new RefusalsTold(createTell(hooks, clock)) }
}

const connectionOf = (id: number): Connection => ({ id, route: CONFIGURED, address: undefined }) as Connection
const LOST = { type: 'connection-lost', wasUnresponsive: false } as const
const UNRESPONSIVE = { type: 'connection-lost', wasUnresponsive: true } as const

describe('commands that are sent again', () => {
  it('are told of together where they failed together, by connection and cause', async () => {
    const { told, refusals } = create()
    const [one, two] = [connectionOf(1), connectionOf(2)]
    for (let command = 0; command < 3; command++) refusals.again(one, LOST)
    refusals.again(two, LOST)
    refusals.again(two, UNRESPONSIVE)
    refusals.again(two, { type: 'refused', reply: { kind: 'read-only', scope: 'command' } as never })
    expect(told).toEqual([])
    await Promise.resolve()
    expect(told).toEqual([
      [1, 3, 'connection-lost'],
      [2, 1, 'connection-lost'],
      [2, 1, 'unresponsive'],
      [2, 1, 'read-only'],
    ])
    refusals.again(one, LOST)
    await Promise.resolve()
    expect(told.at(-1)).toEqual([1, 1, 'connection-lost'])
  })

  it('are not those that were never written', async () => {
    const { told, refusals } = create()
    refusals.again(connectionOf(1), { type: 'never-sent' })
    await Promise.resolve()
    expect(told).toEqual([])
  })
})
