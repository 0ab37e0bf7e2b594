import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

describeHosts('a blocking command', rig => {
  const { connect } = rig
  const start = async () => {
    const simulator = await rig.start({ nodes: 2, record: true })
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const untilSent = (name: string, node: SimNode) =>
      simulator.when(event => event.type === 'command' && event.words[0] === name && event.node === node.index)
    const commandsOf = (words: string) =>
      simulator.log
        .filter(event => event.type === 'command')
        .map(event => event.words.join(' '))
        .filter(text => text.startsWith(words))
    /** Has a client find out that it may release what blocks. */
    const learnRights = async (client: EngineClient): Promise<void> => {
      await client.command(['RPUSH', 'first', 'one'])
      await client.command(['BLPOP', 'first', '5'])
    }
    return { a, b, untilSent, commandsOf, learnRights }
  }

  it('is released where it blocks and goes on where the dispatcher is', async () => {
    const { a, b, untilSent } = await start()
    const client = await connect(a)
    const producer = await connect(b)
    const item = client.command(['BLPOP', 'queue', '0'])
    await untilSent('BLPOP', a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    await untilSent('BLPOP', b)
    await producer.command(['RPUSH', 'queue', 'one'])
    expect(await item).toEqual(['queue', 'one'])
    expect(await client.command(['LLEN', 'queue'])).toBe(0)
  })

  it.each(['INFO', 'LIST', 'UNBLOCK'])(
    'goes in slices where the server refuses CLIENT %s, which is told once',
    async word => {
      const { a, b, untilSent, commandsOf } = await start()
      const refused: string[] = []
      for (const node of [a, b])
        node.intercept(([name, subcommand]) =>
          name === 'CLIENT' && subcommand === word ? '-NOPERM no permissions to run it\r\n' : undefined,
        )
      const client = rig.create(a)
      client.maint.on('request:refused', ({ request }) => refused.push(request))
      await client.connect()
      const producer = await connect(b)
      const item = client.command(['BLPOP', 'queue', '0'])
      await untilSent('BLPOP', a)
      await untilSent('BLPOP', a)
      const completed = nextEvent(client, 'handoff:completed')
      await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
      await completed
      await untilSent('BLPOP', b)
      await producer.command(['RPUSH', 'queue', 'one'])
      expect(await item).toEqual(['queue', 'one'])
      expect(refused).toEqual([`CLIENT ${word}`])
      expect(new Set(commandsOf('BLPOP'))).toEqual(new Set(['BLPOP queue 1']))
      // It goes ahead of the first slice.
      expect(commandsOf('CLIENT UNBLOCK')).toHaveLength(1)
      expect(a.connections().length + b.connections().length).toBeLessThanOrEqual(2)
    },
  )

  it('is sent as it was issued where the server lets it be released', async () => {
    const { a, b, untilSent, commandsOf, learnRights } = await start()
    const client = await connect(a)
    await learnRights(client)
    const item = client.command(['BLPOP', 'queue', '0'])
    await untilSent('BLPOP', a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    await untilSent('BLPOP', b)
    client.destroy()
    await expect(item).rejects.toThrow()
    expect(commandsOf('BLPOP queue')).toEqual(['BLPOP queue 0', 'BLPOP queue 0'])
  })

  it('goes as a slice, behind the questions, as long as it is not known whether the server lets it be released', async () => {
    const { a, commandsOf } = await start()
    const client = await connect(a)
    expect([...commandsOf('CLIENT LIST'), ...commandsOf('CLIENT UNBLOCK')]).toEqual([])
    const items = [client.command(['BLPOP', 'queue', '0']), client.command(['BLPOP', 'queue', '0'])]
    await expect.poll(() => commandsOf('BLPOP').length, { timeout: 5_000 }).toBe(3)
    client.destroy()
    await Promise.allSettled(items)
    const sent = commandsOf('').filter(words => /^(?:CLIENT (?:LIST|UNBLOCK)|BLPOP)/.test(words))
    expect(sent).toEqual([
      `CLIENT LIST ID ${Number.MAX_SAFE_INTEGER}`,
      `CLIENT UNBLOCK ${Number.MAX_SAFE_INTEGER}`,
      'BLPOP queue 1',
      'BLPOP queue 1',
      'BLPOP queue 0',
    ])
  })

  it('is answered with nothing when the application has the server release it, also a slice of it', async () => {
    const { a, untilSent } = await start()
    const [client, other] = [await connect(a), await connect(a)]
    const id = String(await client.command(['CLIENT', 'ID']))
    const item = client.command(['BLPOP', 'queue', '0'])
    await untilSent('BLPOP', a)
    await expect.poll(() => other.command(['CLIENT', 'UNBLOCK', id])).toBe(1)
    expect(await item).toBeNull()
  })

  it('takes each item of a queue once, through ten hand-offs', async () => {
    const { a, b } = await start()
    const client = await connect(a)
    const producer = await connect(b)
    const taken: string[] = []
    const consume = async (): Promise<void> => {
      while (taken.at(-1) !== 'end') {
        const item = (await client.command(['BLPOP', 'queue', '1'])) as [string, string] | null
        if (item !== null) taken.push(item[1])
      }
    }
    const consumed = consume()
    const sent: string[] = []
    for (const round of Array.from({ length: 10 }).keys()) {
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a]
      const completed = nextEvent(client, 'handoff:completed')
      const told = from.notify({ type: 'moving', graceMs: 15_000, endpoint: to })
      for (let item = 0; item < 20; item++) {
        sent.push(`${round}:${item}`)
        await producer.command(['RPUSH', 'queue', `${round}:${item}`])
      }
      await told
      await completed
    }
    await producer.command(['RPUSH', 'queue', 'end'])
    await consumed
    expect(taken).toEqual([...sent, 'end'])
  })

  it.each<[string, (node: SimNode) => void]>([
    ['it is released', () => {}],
    ['it cannot be released', node => node.refuse()],
    [
      'the server says that it was not blocked',
      node => node.intercept(words => (words[1] === 'UNBLOCK' ? ':0\r\n' : undefined)),
    ],
  ])('ends by its own timeout when %s', async (_, prepare) => {
    const { a, b, untilSent } = await start()
    const client = await connect(a)
    const item = client.command(['BLPOP', 'queue', '0.5'])
    await untilSent('BLPOP', a)
    prepare(a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    expect(await item).toBeNull()
  })

  it('is issued again when a failover ends it', async () => {
    const { a } = await start()
    const client = await connect(a)
    let ended = 0
    a.intercept(words => {
      if (words[0] !== 'BLPOP' || ended > 0) return undefined
      ended += 1
      return '-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n'
    })
    const producer = await connect(a)
    const item = client.command(['BLPOP', 'queue', '0'])
    await producer.command(['RPUSH', 'queue', 'one'])
    expect(await item).toEqual(['queue', 'one'])
    expect(ended).toBe(1)
  })

  it('fails when a failover ends it that waits for what comes after the newest entry, as that would be missed', async () => {
    const { a, learnRights } = await start()
    const client = await connect(a)
    await learnRights(client)
    const words: string[] = []
    a.intercept(command => {
      if (command[0] !== 'XREAD') return undefined
      words.push(command.join(' '))
      const isNewest =
        words.length === 1 ? '-UNBLOCKED force unblock from blocking operation, instance state changed' : '_'
      return `${isNewest}\r\n`
    })
    const read = client.command(['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'])
    await expect(read).rejects.toThrow(/^UNBLOCKED/)
    expect(words).toEqual(['XREAD BLOCK 0 STREAMS s $'])
  })

  it('fails with what is not known when it cannot be released before its connection ends', async () => {
    const { a, b, untilSent } = await start()
    const client = await connect(a)
    const item = client.command(['BLPOP', 'queue', '0'])
    const failed = expect(item).rejects.toMatchObject({ code: 'FATE_UNKNOWN', facts: { command: 'BLPOP' } })
    await untilSent('BLPOP', a)
    const completed = nextEvent(client, 'handoff:completed')
    a.refuse()
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    a.closeConnections()
    await failed
    expect(await client.command(['PING'])).toBe('PONG')
  })
})
