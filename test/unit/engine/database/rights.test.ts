import { describe, expect, it } from 'vitest'
import { createHooks } from '../../../../src/core/events/hooks.js'
import { createTell } from '../../../../src/core/events/tell.js'
import { Rights } from '../../../../src/engine/database/rights.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function start() {
  const hooks = createHooks(createVirtualClock())
  const tell = createTell(hooks, createVirtualClock())
  const told: string[] = []
  hooks.on('request:refused', ({ request }) => told.push(request))
  const rights = new Rights()
  const refuse = (request: Parameters<Rights['refuse']>[0], now: number): void =>
    rights.refuse(request, { error: new Error('NOPERM'), now, tell })
  return { rights, refuse, told }
}

describe('the rights of a client', () => {
  it('are not known until all of them are, and then not asked for again', () => {
    const { rights } = start()
    const states = [rights.mayRelease]
    for (const request of ['CLIENT INFO', 'CLIENT LIST', 'CLIENT UNBLOCK'] as const) {
      rights.grant(request)
      states.push(rights.mayRelease)
    }
    expect(states).toEqual([undefined, undefined, undefined, true])
    expect(rights.isOpen('CLIENT LIST', 1_000_000)).toBe(false)
  })

  it('are missing where one is, which is told once and asked for again after ten minutes', () => {
    const { rights, refuse, told } = start()
    refuse('CLIENT UNBLOCK', 1_000)
    rights.grant('CLIENT INFO')
    rights.grant('CLIENT LIST')
    expect(rights.mayRelease).toBe(false)
    expect([600_999, 601_000].map(now => rights.isOpen('CLIENT UNBLOCK', now))).toEqual([false, true])
    refuse('CLIENT UNBLOCK', 601_000)
    expect(rights.mayRelease).toBe(false)
    rights.grant('CLIENT UNBLOCK')
    expect([rights.mayRelease, told]).toEqual([true, ['CLIENT UNBLOCK']])
  })

  it('may be withdrawn', () => {
    const { rights, refuse } = start()
    for (const request of ['CLIENT INFO', 'CLIENT LIST', 'CLIENT UNBLOCK'] as const) rights.grant(request)
    refuse('CLIENT LIST', 0)
    expect(rights.mayRelease).toBe(false)
  })

  it('to ask about commands do not matter for what blocks', () => {
    const { rights, refuse, told } = start()
    refuse('COMMAND INFO', 0)
    expect([rights.mayRelease, told]).toEqual([undefined, ['COMMAND INFO']])
  })
})
