import { expect, it } from 'vitest'
import type { HandoffEnd, HookContext, NotificationOutcome } from '../../../src/core/events/maint-hook.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

describeHosts('hooks', ({ start, connect }) => {
  const startTwo = async (): Promise<[SimNode, SimNode]> => (await start({ nodes: 2 })).nodes as [SimNode, SimNode]

  it('map the address that a server names to one that can be reached', async () => {
    const [a, b] = await startTwo()
    const client = await connect(a)
    client.maint.hooks.use({ types: ['moving'], before: moving => ({ ...moving, endpoint: b.endpoint }) })
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: '192.0.2.1:6379' })
    expect((await completed).to).toEqual({ type: 'endpoint', endpoint: b.endpoint })
  })

  it('are told what became of each notification, and how its hand-off ended', async () => {
    const [a, b] = await startTwo()
    const client = await connect(a)
    const outcomes: NotificationOutcome[] = []
    const ends: HandoffEnd[] = []
    const contexts: HookContext[] = []
    client.maint.hooks.use({
      before: (_, context) => void contexts.push(context),
      after: (_, outcome) => outcomes.push(outcome),
      handoffEnded: (_, end) => ends.push(end),
    })
    const [started, completed] = [nextEvent(client, 'handoff:started'), nextEvent(client, 'handoff:completed')]
    await a.notify({ type: 'failed-over', shards: ['1'] })
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b, sequence: 7 })
    const { handoffId, connection } = await started
    await completed
    // The next connection may be told again what is known.
    expect(outcomes.slice(0, 2)).toEqual([
      { result: 'ignored', cause: 'replay' },
      { result: 'handled', handoffId },
    ])
    expect(ends).toEqual([{ result: 'completed', ...(await completed) }])
    expect(contexts[1]).toMatchObject({
      source: 'server',
      link: connection.link,
      connection,
      blocking: false,
      subscribed: false,
    })
    expect(contexts[1]?.node).toMatch(new RegExp(`:${a.endpoint.port}$`))
  })

  it('are told that a command blocks on the connection', async () => {
    const { node } = await start()
    const client = await connect(node)
    const contexts: HookContext[] = []
    client.maint.hooks.use({ before: (_, context) => void contexts.push(context) })
    const popped = client.command(['BLPOP', 'list', '0'])
    await expect.poll(() => client.maint.status().blockedCommands).toBe(1)
    client.maint.signal({ type: 'migrating' })
    expect(contexts).toMatchObject([{ source: 'signal', blocking: true }])
    client.destroy()
    await expect(popped).rejects.toThrow()
  })
})
