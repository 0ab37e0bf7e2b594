import { expect, it } from 'vitest'
import type { Lookup } from '../../../src/core/target.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { findFreePort } from '../../support/redis-server.js'
import { plainAnswer, type Script, startScripted } from '../../support/scripted-server.js'

const [A, B] = ['127.0.0.1', '127.0.0.2'] as const

/** A name with two addresses. */
const lookup: Lookup = (_, __, done) => done(null, [A, B].map(address => ({ address, family: 4 })) as never, 4)

describeHosts('a server that takes connections and does not serve', ({ create, connect }) => {
  it.each<[string, Partial<Script>]>([
    ['hangs up on those it accepts', { greet: () => 'hang-up' }],
    ['hangs up on the handshake', { answer: () => 'hang-up' }],
    ['answers the handshake with garbage', { answer: () => 'HTTP/1.1 400 Bad Request\r\n\r\n' }],
  ])('is left for the next address of its name at once where it %s', async (_, script) => {
    const port = await findFreePort([A, B])
    const wrong = await startScripted({ answer: plainAnswer, host: A, port, ...script })
    const right = await startScripted({ answer: plainAnswer, host: B, port })
    const client = await connect(undefined, { host: 'redis.invalid', port, lookup })
    expect(client.events).toEqual(['connected'])
    expect(await client.command(['GET', 'x'])).toBe('of x')
    expect([wrong.dials, right.dials]).toEqual([1, 1])
  })

  it('makes its database unavailable while it has no place for another client, and one client looks at a time', async () => {
    let isFull = true
    const server = await startScripted({
      greet: () => (isFull ? '-ERR max number of clients reached\r\n' : undefined),
      answer: words => (isFull ? 'hang-up' : plainAnswer(words)),
    })
    const clients = Array.from({ length: 5 }, () => create(undefined, server.endpoint))
    const states = (): readonly string[] => clients.map(({ maint }) => maint.availability.state)
    // Counted when the last one is told: on a busy machine the next look may come before a poll does.
    const dialsUntilAllKnew = new Promise<number>(resolve => {
      for (const { maint } of clients)
        maint.on('availability:changed', () => {
          if (states().every(state => state === 'unavailable')) resolve(server.dials)
        })
    })
    const connected = clients.map(client => client.connect())
    // Those that dialled before it was known, and one more.
    expect(await dialsUntilAllKnew).toBeLessThanOrEqual(clients.length + 1)
    expect(states()).toEqual(Array(5).fill('unavailable'))
    isFull = false
    await Promise.all(connected)
    expect(states()).toEqual(Array(5).fill('available'))
  })
})
