import { expect, it } from 'vitest'
import type { EventLog } from '../../../src/simulator/event-log.js'
import type { SimNode, Simulator } from '../../../src/simulator/index.js'
import { describeStore } from '../../support/backends.js'
import { describeHosts, type EngineRig } from '../../support/engine-hosts.js'
import { startLoad } from '../../support/engine-load.js'
import { nextEvent } from '../../support/rig.js'
import { createTestName } from '../../support/test-name.js'

const VALKEY = { server: 'valkey' } as const
const WISH = 'CLIENT CAPA redirect'

/** Two nodes of Valkey, the first of which is configured, and what they were asked. */
async function startTwo({
  start,
}: Pick<EngineRig, 'start'>): Promise<{ simulator: Simulator; a: SimNode; b: SimNode }> {
  const simulator = await start({ nodes: [VALKEY, VALKEY], record: true })
  const [a, b] = simulator.nodes
  if (a === undefined || b === undefined) throw new Error('A node is missing')
  return { simulator, a, b }
}

/** How often a node was sent a command. */
function timesSent({ log }: { readonly log: EventLog['events'] }, { index }: SimNode, command: string): number {
  const isSent = (words: readonly string[]): boolean => words.join(' ').toUpperCase() === command.toUpperCase()
  return log.filter(({ type, node, words }) => type === 'command' && node === index && isSent(words)).length
}

describeHosts(
  'a replica that names its primary',
  rig => {
    it('is left for it at once, though the configured place still leads to the replica, and nothing fails', async () => {
      const { simulator, a, b } = await startTwo(rig)
      const client = await rig.connect(a)
      const load = startLoad(client)
      const refused = nextEvent(client, 'command:refused')
      const completed = nextEvent(client, 'handoff:completed')
      a.follow(b)
      expect(await refused).toMatchObject({ kind: 'names-primary', recovery: 'handoff' })
      expect(await completed).toMatchObject({ reason: 'not-writable', to: { endpoint: b.endpoint }, attempts: 1 })
      await load.expectPerfect()
      expect(client.events).toEqual(['connected'])
      expect([timesSent(simulator, a, WISH), timesSent(simulator, b, WISH)]).toEqual([1, 1])
      expect(timesSent(simulator, a, 'READONLY')).toBe(0)
    })

    it('is left for the configured place where the one that it names is not there', async () => {
      const { simulator, a, b } = await startTwo(rig)
      const c = await simulator.addNode({ ...VALKEY, host: '127.0.0.2', port: a.endpoint.port })
      const name = createTestName('database.invalid', a.endpoint.host)
      const client = await rig.connect(a, { host: name.host, lookup: name.lookup })
      const completed = nextEvent(client, 'handoff:completed')
      b.refuse()
      a.follow(b)
      name.leadTo(c.endpoint.host)
      expect(await client.command(['INCR', 'count'])).toBe(1)
      expect(await completed).toMatchObject({ to: { type: 'configured' }, attempts: 2 })
      expect(c.connections()).toHaveLength(1)
    })

    it('goes on answering reads of a client that was configured to read there', async () => {
      const { a, b } = await startTwo(rig)
      a.follow(b)
      const client = await rig.connect(a)
      const load = ['GET', 'key'] as const
      expect(await Promise.all([client.command(load), client.command(load)])).toEqual([null, null])
      expect([a.connections().length, b.totalConnections]).toEqual([1, 0])
    })

    it('has a blocking command issued where the primary is', async () => {
      const { a, b } = await startTwo(rig)
      const client = await rig.connect(a)
      a.follow(b)
      const popped = client.command(['BLPOP', 'list', '0'])
      const helper = await rig.connect(b)
      await helper.command(['RPUSH', 'list', 'item'])
      expect(await popped).toEqual(['list', 'item'])
    })

    it('is asked for that again after RESET', async () => {
      const { simulator, a } = await startTwo(rig)
      const client = await rig.connect(a)
      await client.command(['RESET'])
      await expect.poll(() => timesSent(simulator, a, WISH)).toBe(2)
    })
  },
  describeStore,
)

describeHosts(
  'a server',
  rig => {
    it('that is no Valkey is asked once for all clients which one it is, and never to name a primary', async () => {
      const simulator = await rig.start({ record: true })
      const client = await rig.connect(simulator.node)
      await rig.connect(simulator.node)
      simulator.node.reset()
      await expect.poll(() => client.events.filter(event => event === 'connected').length).toBe(2)
      await client.command(['PING'])
      expect([timesSent(simulator, simulator.node, 'HELLO'), timesSent(simulator, simulator.node, WISH)]).toEqual([
        1, 0,
      ])
    })

    it('that cannot name a primary refuses that once, which is told, and is not asked again', async () => {
      const { simulator, a } = await startTwo(rig)
      a.intercept(words => (words[1] === 'CAPA' ? "-ERR unknown subcommand 'CAPA'\r\n" : undefined))
      const client = rig.create(a)
      const refused = nextEvent(client, 'request:refused')
      await client.connect()
      expect(await refused).toMatchObject({ request: 'CLIENT CAPA' })
      a.reset()
      await expect.poll(() => client.events.filter(event => event === 'connected').length).toBe(2)
      expect(timesSent(simulator, a, WISH)).toBe(1)
    })

    it('is asked nothing where refusals are only reported, or nothing is to be changed', async () => {
      const { simulator, a } = await startTwo(rig)
      await rig.connect(a, { hitless: { recovery: { readOnly: 'report' } } })
      await rig.connect(a, { hitless: { dryRun: true } })
      expect([timesSent(simulator, a, 'HELLO'), timesSent(simulator, a, WISH)]).toEqual([0, 0])
    })
  },
  describeStore,
)
