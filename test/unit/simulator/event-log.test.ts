import { describe, expect, it } from 'vitest'
import { EventLog } from '../../../src/simulator/event-log.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'

const event = (connection: number) => ({ node: 0, connection, type: 'connected', words: [] }) as const

describe('the event log', () => {
  it('keeps the latest events, as many as it was told', () => {
    const log = new EventLog(createVirtualClock(), 3)
    for (let connection = 1; connection <= 20; connection += 1) log.add(event(connection))
    expect(log.events.map(({ connection }) => connection)).toEqual([18, 19, 20])
    log.clear()
    expect(log.events).toEqual([])
  })

  it('finds what happened already, or else what happens next', async () => {
    const log = new EventLog(createVirtualClock(), 10)
    log.add(event(1))
    const second = log.when(({ connection }) => connection === 2)
    const next = log.next(() => true)
    log.add(event(2))
    expect(await log.when(() => true)).toMatchObject({ connection: 1 })
    expect([await second, await next]).toMatchObject([{ connection: 2 }, { connection: 2 }])
  })

  it('is active only while it keeps events or somebody waits', async () => {
    const log = new EventLog(createVirtualClock(), 0)
    expect(log.active).toBe(false)
    const next = log.next(() => true)
    expect(log.active).toBe(true)
    log.add(event(1))
    await next
    expect([log.active, log.events]).toEqual([false, []])
  })

  it('rejects those who wait when it is disposed of', async () => {
    const log = new EventLog(createVirtualClock(), 0)
    const next = log.next(() => true)
    log.dispose()
    await expect(next).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
  })
})
