import { SocketTimeoutError } from '@redis/client'
import { expect, it } from 'vitest'
import { describeBackends } from '../../support/backends.js'
import { connectClient, noteEvents } from '../../support/rig.js'

describeBackends('socketTimeout', backend => {
  it('is followed by another connection with the default strategy, each time, and commands are answered', async () => {
    const { node } = await backend.simulate()
    // Long enough for a handshake on a busy machine.
    const client = await connectClient(node, { socket: { socketTimeout: 500 } as never })
    const events = noteEvents(client)
    for (let round = 1; round <= 2; round++) {
      const ready = new Promise(resolve => client.once('ready', resolve))
      const error = await new Promise(resolve => client.once('error', resolve))
      expect(error).toBeInstanceOf(SocketTimeoutError)
      await ready
      expect(await client.incr('rounds')).toBe(round)
    }
    expect(events.join(' ')).toMatch(/^error reconnecting (.* )?connect ready/)
    expect(events).not.toContain('terminated')
  })

  it('ends a client for good where a strategy says so', async () => {
    const { node } = await backend.simulate()
    const strategy = (_: number, cause: unknown): number | false => (cause instanceof SocketTimeoutError ? false : 1)
    const client = await connectClient(node, { socket: { socketTimeout: 500, reconnectStrategy: strategy } as never })
    await new Promise(resolve => client.once('terminated', resolve))
    expect(client.isOpen).toBe(false)
  })
})
