import { AssertionError } from 'node:assert'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, createCluster } from '../../../src/adapters/node-redis/index.js'
import {
  listScenarios,
  loadScenario,
  parseScenario,
  type Rehearsal,
  type RehearsalOptions,
  type Scenario,
  startRehearsal,
} from '../../../src/testing/index.js'

type StepGiven = Readonly<Record<string, unknown>>

/** A scenario of two nodes that is over soon. */
function scenarioOf(steps: readonly StepGiven[], more: object = {}): Scenario {
  return parseScenario({
    title: 'What a test plays',
    why: 'It is short.',
    nodes: { a: {}, b: {} },
    configured: 'a',
    steps: [{ at: 0, do: 'connect' }, ...steps],
    expect: [{ event: 'connected' }],
    end: { at: 60, state: 'serving', serving: 'a', gate: 'open', relaxed: false, timers: 0, connections: { a: 1 } },
    ...more,
  })
}

const MOVE: StepGiven = {
  at: 20,
  do: 'notify',
  on: 'a',
  kind: 'moving',
  sequence: 1,
  graceMs: 5_000,
  endpoint: 'b',
  closesAfterMs: null,
}
const CUT: StepGiven = { at: 20, do: 'drop', node: 'a' }

async function start(scenario: Scenario | string, options?: RehearsalOptions): Promise<Rehearsal> {
  const rehearsal = await startRehearsal(scenario, options)
  onTestFinished(() => rehearsal.dispose())
  return rehearsal
}

/** An application that counts, before the nodes of a rehearsal. */
async function connectTo(rehearsal: Rehearsal) {
  const client = createClient({ url: rehearsal.url, maintNotifications: { handoff: { spread: 0 } } })
  onTestFinished(() => client.destroy())
  rehearsal.follow(client)
  await client.connect()
  return client
}

describe('a rehearsal', () => {
  it('lets an application go through a scenario, and tells what it saw', async () => {
    const rehearsal = await start(scenarioOf([MOVE]))
    const client = await connectTo(rehearsal)
    const counting = rehearsal.keepCalling(() => client.incr('orders'), { concurrency: 3 })
    await rehearsal.play()
    const { calls, errors, events } = await rehearsal.assertUnharmed()
    expect(events.map(({ name }) => name)).toContain('handoff:completed')
    expect(client.maint.status().route).toMatchObject({ endpoint: rehearsal.node('b').endpoint })
    expect(errors).toEqual([])
    expect(calls).toMatchObject({ failed: 0, failures: [] })
    expect(counting.report).toEqual(calls)
    expect(await client.get('orders')).toBe(String(calls.answered))
  })

  it('fails where a client tells an error, and says which', async () => {
    const rehearsal = await start(scenarioOf([CUT]))
    const client = await connectTo(rehearsal)
    const told = new Promise(resolve => client.once('error', resolve))
    await rehearsal.play()
    const error = await told
    const failure = await rehearsal.assertUnharmed().catch((reason: unknown) => reason)
    expect(failure).toBeInstanceOf(AssertionError)
    expect(failure).toMatchObject({ cause: error, message: expect.stringContaining('"What a test plays" did harm:') })
    expect((failure as Error).message).toMatch(/- clients told \d+ errors: \w+/)
  })

  it('fails where a call fails, or none is answered', async () => {
    const rehearsal = await start(scenarioOf([MOVE]))
    const failing = rehearsal.keepCalling(async () => {
      throw new RangeError('no such order')
    })
    await expect.poll(() => failing.report.failed).toBeGreaterThan(1)
    const failure: Error = await rehearsal.assertUnharmed().catch(reason => reason)
    expect(failure.message).toMatch(/- \d+ of \d+ calls failed: RangeError: no such order\n- no call was answered$/)
    expect(failure.cause).toEqual(new RangeError('no such order'))
  })

  it('ends while it is played, which play tells', async () => {
    const rehearsal = await start(scenarioOf([MOVE], { end: { ...scenarioOf([]).end, at: 600_000 } }))
    const played = rehearsal.play()
    await rehearsal.dispose()
    await expect(played).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE', facts: { kind: 'disposed' } })
    await rehearsal.dispose()
  })
})

describe('a rehearsal at another speed', () => {
  it('lets writes wait, refuses them, and leads the configured endpoint elsewhere', async () => {
    const rehearsal = await start('paused-writes', { speed: 20 })
    expect(rehearsal.url).not.toBe(rehearsal.node('a').url)
    const client = await connectTo(rehearsal)
    rehearsal.keepCalling(() => client.incr('orders'))
    await rehearsal.play()
    const { calls, events } = await rehearsal.assertUnharmed()
    expect(events.map(({ name }) => name)).toContain('handoff:completed')
    expect(await client.get('orders')).toBe(String(calls.answered))
    expect([rehearsal.node('a'), rehearsal.node('b')].map(node => node.connections().length)).toEqual([0, 1])
  })

  it("publishes Azure's announcements, and closes and moves what they announce", async () => {
    const rehearsal = await start('azure-walkthrough', { speed: 2_000 })
    const client = rehearsal.follow(createClient({ url: rehearsal.url, hitless: { azure: { events: true } } }))
    onTestFinished(() => client.destroy())
    await client.connect()
    await expect.poll(() => rehearsal.simulator.azure({ type: 'azure-scale-complete' })).toBe(1)
    await rehearsal.play()
    await expect.poll(() => rehearsal.node('b').connections().length).toBeGreaterThan(0)
    const { events } = rehearsal.report
    expect(events.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['azure-scheduled', 'azure-starting', 'azure-start', 'writes:paused']),
    )
  })
})

describe('a rehearsal of a cluster', () => {
  it.each([
    ['slots-remove', ['b']],
    ['slots-add', ['a', 'b', 'c']],
    ['slots-remove-add', ['b', 'c']],
    ['slots-shuffle', ['a', 'b']],
  ])('%s harms no call, and leaves the application with the nodes that own slots', async (name, owners) => {
    const rehearsal = await start(name, { speed: 100 })
    const client = rehearsal.follow(createCluster({ rootNodes: [{ url: rehearsal.url }] }))
    onTestFinished(() => client.destroy())
    await client.connect()
    // Keys of slots that move and of slots that stay.
    for (const key of ['b', 'c', 'd', 'e']) rehearsal.keepCalling(() => client.incr(key))
    await rehearsal.play()
    const { calls } = await rehearsal.assertUnharmed()
    const counts = await Promise.all(['b', 'c', 'd', 'e'].map(key => client.get(key)))
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(calls.answered)
    const nodes = ['a', 'b', 'c'].slice(0, rehearsal.simulator.nodes.length)
    expect(
      nodes.filter(node =>
        rehearsal.simulator.cluster.shards.some(
          ({ primary, slots }) => primary === rehearsal.node(node) && slots.length > 0,
        ),
      ),
    ).toEqual(owners)
  })

  it('is refused where only a model can play it, or over a server', async () => {
    await expect(start('slots-destination-unnamed')).rejects.toThrow('it names no node where slots go')
    const backend = { kind: 'server', port: 1 } as const
    await expect(start('slots-remove', { backend })).rejects.toThrow('a cluster is played over the built-in store')
  })
})

describe('a scenario for applications', () => {
  it('is found by its name', async () => {
    expect(listScenarios()).toContain('rolling-upgrade')
    // A name of the command line, and the file behind it.
    expect(listScenarios()).toEqual(expect.arrayContaining(['lost-completion', 'end-never-told']))
    expect(loadScenario('lost-completion')).toEqual(loadScenario('end-never-told'))
    expect(loadScenario('rolling-upgrade').title).toBe(
      'A rolling upgrade moves a connection from node to node and back',
    )
    const rehearsal = await start('rolling-upgrade')
    expect(rehearsal.url).toBe(rehearsal.node('a').url)
    expect(rehearsal.simulator.nodes).toHaveLength(3)
  })

  it('is looked for among those with a like name', async () => {
    await expect(startRehearsal('upgrade')).rejects.toMatchObject({
      code: 'SIMULATOR_SCRIPT',
      message: 'upgrade: no such scenario; there are rolling-upgrade',
    })
    expect(() => loadScenario('')).toThrow('see listScenarios()')
  })

  it.each<[string, Scenario, string]>([
    ['a step of the client', scenarioOf([{ at: 1, do: 'stand-still' }]), 'it says when to stand-still'],
    ['forbidden commands', scenarioOf([], { nodes: { a: { forbids: ['GET'] } } }), 'a forbids commands'],
  ])('is refused where only a modelled world can play it: %s', async (_, scenario, problem) => {
    const facts = { problems: [problem] }
    await expect(startRehearsal(scenario)).rejects.toMatchObject({ code: 'SIMULATOR_SCRIPT', facts })
  })
})
