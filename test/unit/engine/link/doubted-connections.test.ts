import { describe, expect, it, onTestFinished } from 'vitest'
import type { Sighting } from '../../../../src/core/health/doubt.js'
import { DoubtedConnections } from '../../../../src/engine/link/monitors/doubted-connections.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

interface Peer {
  readonly name: string
  isReady: boolean
  owesAnswers: boolean
  lastHeardAt: number
}

/** Connections in doubt, and what their servers say of them. */
function doubt() {
  const clock = createVirtualClock()
  const log: string[] = []
  const says = new Map<Peer, Sighting>()
  const state = {
    isInWindow: false,
    async lookAt(peer: Peer): Promise<Sighting> {
      log.push(`${clock.now()} look at ${peer.name}`)
      return says.get(peer) ?? { type: 'idle' }
    },
    endDoubted(peer: Peer) {
      log.push(`${clock.now()} end ${peer.name}`)
    },
  }
  const doubted = new DoubtedConnections<Peer>({ clock }, state)
  const create = (name: string, sighting: Sighting = { type: 'idle' }): Peer => {
    const peer = { name, isReady: true, owesAnswers: true, lastHeardAt: 0 }
    says.set(peer, sighting)
    return peer
  }
  onTestFinished(() => {
    doubted.stop()
    expect(clock.pending).toBe(0)
  })
  return { clock, log, says, state, doubted, create }
}

describe('a connection in doubt', () => {
  it('that is dead ends as soon as it is left, and two looks say so', async () => {
    const { clock, log, doubted, create } = doubt()
    const a = create('a')
    doubted.begin(a)
    await clock.settleTo(300)
    doubted.leave(a)
    await clock.settleTo(5_000)
    expect(log).toEqual(['300 look at a', '500 look at a', '500 end a'])
  })

  it('is looked at after a second where no other serves, and ends only once one does', async () => {
    const { clock, log, doubted, create } = doubt()
    const a = create('a')
    doubted.begin(a)
    await clock.settleTo(5_000)
    expect(log).toEqual(['1000 look at a', '1200 look at a'])
    doubted.leave(a)
    expect(log.slice(2)).toEqual(['5000 end a'])
  })

  it('keeps what it owes while its server holds it, and ends when it has answered', async () => {
    const { clock, log, doubted, create } = doubt()
    const a = create('a', { type: 'held' })
    doubted.begin(a)
    doubted.leave(a)
    await clock.settleTo(3_500)
    a.owesAnswers = false
    await clock.settleTo(10_000)
    expect(log).toEqual([...[0, 1_000, 2_000, 3_000, 4_000].map(at => `${at} look at a`), '4000 end a'])
  })

  it('that was left ends when it has answered, also where it has spoken before another one serves', async () => {
    const { clock, log, doubted, create } = doubt()
    const a = create('a', { type: 'held' })
    doubted.begin(a)
    doubted.leave(a)
    await clock.settleTo(500)
    doubted.recover(a)
    a.owesAnswers = false
    await clock.settleTo(10_000)
    expect(log).toEqual(['0 look at a', '1000 look at a', '1000 end a'])
  })

  it('is not given up inside a window', async () => {
    const { clock, log, doubted, create, state } = doubt()
    const a = create('a')
    state.isInWindow = true
    doubted.leave(a)
    await clock.settleTo(10_500)
    state.isInWindow = false
    await clock.settleTo(12_000)
    expect(log.filter(line => line.includes('end'))).toEqual(['11000 end a'])
  })

  it('that spoke, or broke, is no longer looked at', async () => {
    const { clock, log, doubted, create } = doubt()
    const [a, b] = [create('a'), create('b')]
    doubted.begin(a)
    doubted.begin(b)
    doubted.recover(a)
    b.isReady = false
    await clock.settleTo(10_000)
    expect(log).toEqual([])
  })

  it('is one of two at most that are kept', () => {
    const { doubted, create } = doubt()
    const [a, b, c] = [create('a'), create('b'), create('c')]
    for (const peer of [a, b, c]) doubted.begin(peer)
    doubted.leave(a)
    expect(doubted.isFull).toBe(false)
    doubted.leave(b)
    expect(doubted.isFull).toBe(true)
    expect(doubted.stop()).toEqual([a, b])
    expect(doubted.isFull).toBe(false)
  })
})
