import { describe, expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient, type EngineRig } from '../../support/engine-hosts.js'

/** What a client goes through, and the event after which it is over. */
interface Trouble {
  readonly title: string
  readonly last: string
  begin(a: SimNode, b: SimNode): unknown
}

const TROUBLES: readonly Trouble[] = [
  {
    title: 'a hand-off',
    last: 'handoff:completed',
    begin: (a, b) => a.notify({ type: 'moving', graceMs: 5_000, endpoint: b }),
  },
  {
    title: 'a hand-off that fails',
    last: 'handoff:failed',
    begin(a, b) {
      b.refuse()
      return a.notify({ type: 'moving', graceMs: 200, endpoint: b })
    },
  },
  {
    title: 'an outage',
    last: 'availability:changed',
    begin(a) {
      a.refuse()
      a.reset()
    },
  },
]

/** Plays a trouble and calls back at each event, until the last one. */
async function play(
  { start, connect }: EngineRig,
  trouble: Trouble,
  onEvent: (name: string, client: EngineClient) => void,
) {
  const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
  const client = await connect(a, { reconnect: () => 1, maint: { handoff: { retries: 0 } } })
  const over = new Promise<void>(resolve => {
    client.maint.onAny(({ name }) => {
      onEvent(name, client)
      if (name === trouble.last) resolve()
    })
  })
  await trouble.begin(a, b)
  return { client, nodes: [a, b], over }
}

describeHosts('a client that is closed in a listener to its events', rig => {
  describe.each(TROUBLES)('during $title', trouble => {
    it.each(['close', 'destroy'] as const)('by %s stays closed, whichever event it is', async how => {
      const names: string[] = []
      const whole = await play(rig, trouble, name => names.push(name))
      await whole.over
      const places = names.indexOf(trouble.last) + 1
      whole.client.destroy()
      for (let place = 0; place < places; place++) {
        let seen = 0
        let closed: unknown
        const run = await play(rig, trouble, (_, client) => {
          if (seen === place) closed = Promise.resolve(client[how]())
          seen += 1
        })
        await expect.poll(() => seen > place).toBe(true)
        await closed
        const connected = run.client.events.filter(event => event === 'connected').length
        await expect(run.client.command(['GET', 'key'])).rejects.toThrow()
        await expect.poll(() => run.nodes.flatMap(node => node.connections())).toEqual([])
        expect(run.client.maint.status()).toMatchObject({ ready: false, connections: 0 })
        expect(run.client.events.filter(event => event === 'connected').length).toBe(connected)
      }
    })
  })

  it('goes on where a listener throws at every event', async () => {
    const [trouble] = TROUBLES as [Trouble]
    const told: string[] = []
    const { client, over } = await play(rig, trouble, name => {
      told.push(name)
      if (name !== trouble.last) throw new Error(`thrown at ${name}`)
    })
    await over
    expect(await client.command(['PING'])).toBe('PONG')
    expect(told).toContain('handoff:started')
  })
})
