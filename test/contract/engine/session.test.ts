import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

async function move(client: EngineClient, from: SimNode, to: SimNode): Promise<void> {
  const completed = nextEvent(client, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
  await completed
}

describeHosts('a session', rig => {
  const { errors, connect } = rig
  const start = async () => {
    const simulator = await rig.start({ nodes: 2, record: true })
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const sentTo = (node: SimNode): string[] =>
      simulator.log.flatMap(event =>
        event.type === 'command' && event.node === node.index ? [event.words.join(' ')] : [],
      )
    return { a, b, sentTo }
  }

  it('has its configured name and database on every connection', async () => {
    const { a, b } = await start()
    const client = await connect(a, { name: 'app', database: 2 })
    await client.command(['SET', 'key', 'two'])
    await move(client, a, b)
    expect(await client.command(['CLIENT', 'GETNAME'])).toBe('app')
    expect(await client.command(['GET', 'key'])).toBe('two')
  })

  it('is set up again on the new connection as it was at run time: database, name, place in eviction', async () => {
    const { a, b, sentTo } = await start()
    const client = await connect(a)
    await client.command(['SELECT', '3'])
    await client.command(['SET', 'key', 'three'])
    await client.command(['CLIENT', 'SETNAME', 'first'])
    await client.command(['CLIENT', 'SETNAME', 'second'])
    await client.command(['CLIENT', 'NO-EVICT', 'ON'])
    await move(client, a, b)
    expect(await client.command(['GET', 'key'])).toBe('three')
    expect(await client.command(['CLIENT', 'GETNAME'])).toBe('second')
    expect(sentTo(b)).toContain('CLIENT NO-EVICT ON')
    expect(sentTo(b)).not.toContain('CLIENT SETNAME first')
  })

  it('is set up again after a plain reconnect', async () => {
    const { a } = await start()
    const client = await connect(a, { reconnect: () => 1 })
    await client.command(['SELECT', '3'])
    await client.command(['CLIENT', 'SETNAME', 'app'])
    await client.command(['SET', 'key', 'three'])
    a.reset()
    await expect.poll(() => client.events.at(-1)).toBe('connected')
    await expect.poll(() => a.totalConnections).toBe(2)
    expect(await client.command(['GET', 'key'])).toBe('three')
    expect(await client.command(['CLIENT', 'GETNAME'])).toBe('app')
  })

  it('tells what the new server refused to set up', async () => {
    const { a, b } = await start()
    const client = await connect(a)
    await client.command(['CLIENT', 'NO-EVICT', 'ON'])
    b.intercept(words => (words[1] === 'NO-EVICT' ? '-NOPERM no permissions\r\n' : undefined))
    const incomplete = nextEvent(client, 'session:incomplete')
    await move(client, a, b)
    expect(await incomplete).toMatchObject({ command: ['CLIENT', 'NO-EVICT', 'ON'] })
  })

  it.each(['WATCH', 'MULTI'])('with an open %s is moved when that has ended', async word => {
    const { a, b, sentTo } = await start()
    const client = await connect(a)
    const words = [['WATCH', 'key'], ['MULTI'], ['SET', 'key', 'value'], ['EXEC']]
    const begun = words.findIndex(([first]) => first === word) + 1
    for (const each of words.slice(0, begun)) await client.command(each)
    const dialled = b.nextConnection()
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await dialled
    const replies = words.slice(begun).map(each => client.command(each))
    expect(await replies.at(-1)).toEqual(['OK'])
    await completed
    expect(sentTo(b)).not.toContain('EXEC')
    expect(await client.command(['GET', 'key'])).toBe('value')
  })

  it("fails an EXEC with the host's own error when the watch was left behind", async () => {
    const { a, b } = await start()
    const client = await connect(a)
    await client.command(['WATCH', 'key'])
    await move(client, a, b)
    await client.command(['MULTI'])
    await client.command(['SET', 'key', 'mine'])
    const left = errors.watch('Client reconnected after WATCH')
    await expect(client.command(['EXEC'])).rejects.toStrictEqual(left)
    expect(await client.command(['GET', 'key'])).toBeNull()
    await client.command(['MULTI'])
    await client.command(['SET', 'key', 'mine'])
    expect(await client.command(['EXEC'])).toEqual(['OK'])
  })

  it('forgets the watch that was left behind on UNWATCH', async () => {
    const { a, b } = await start()
    const client = await connect(a)
    await client.command(['WATCH', 'key'])
    await move(client, a, b)
    await client.command(['UNWATCH'])
    await client.command(['MULTI'])
    await client.command(['SET', 'key', 'mine'])
    expect(await client.command(['EXEC'])).toEqual(['OK'])
  })

  it('tells of a MULTI block that was left open for too long', async () => {
    const { a, b } = await start()
    const client = await connect(a)
    await client.command(['MULTI'])
    await client.command(['SET', 'key', 'value'])
    const torn = nextEvent(client, 'session:incomplete')
    await move(client, a, b)
    expect(await torn).toMatchObject({ command: ['MULTI'], error: { code: 'SESSION_TORN' } })
    await expect(client.command(['EXEC'])).rejects.toThrow('EXEC without MULTI')
    expect(await client.command(['GET', 'key'])).toBeNull()
  })

  it('is set up again as the user that was changed at run time, before all else', async () => {
    const { a, b, sentTo } = await start()
    const client = await connect(a)
    const admin = await connect(a, { maint: { mode: 'disabled' } })
    const known = await admin.command(['ACL', 'SETUSER', 'other', 'on', '>secret', '+@all', '~*', '&*']).then(
      () => true,
      () => false,
    )
    // The built-in store knows no users.
    if (!known) return
    await client.command(['CLIENT', 'SETNAME', 'app'])
    await client.command(['AUTH', 'other', 'secret'])
    await move(client, a, b)
    expect(await client.command(['ACL', 'WHOAMI'])).toBe('other')
    const settings = sentTo(b).filter(words => /^(?:AUTH|CLIENT SETNAME)/.test(words))
    expect(settings.map(words => words.split(' ')[0])).toEqual(['AUTH', 'CLIENT'])
  })

  it('tells of a user that the new server refuses, without the password', async () => {
    const { a, b } = await start()
    const client = await connect(a)
    a.intercept(words => (words[0] === 'AUTH' ? '+OK\r\n' : undefined))
    b.intercept(words => (words[0] === 'AUTH' ? '-WRONGPASS invalid username-password pair\r\n' : undefined))
    await client.command(['AUTH', 'other', 'secret'])
    const incomplete = nextEvent(client, 'session:incomplete')
    await move(client, a, b)
    expect(await incomplete).toMatchObject({ command: ['AUTH', 'other', '***'] })
  })

  it('has what HELLO has set: user and name', async () => {
    const { a, b, sentTo } = await start()
    const client = await connect(a)
    a.intercept(words => (words[0] === 'HELLO' ? '+OK\r\n' : undefined))
    b.intercept(words => (words[0] === 'AUTH' ? '+OK\r\n' : undefined))
    await client.command(['HELLO', '3', 'AUTH', 'other', 'secret', 'SETNAME', 'greeted'])
    await move(client, a, b)
    expect(await client.command(['CLIENT', 'GETNAME'])).toBe('greeted')
    expect(sentTo(b).some(words => words.startsWith('AUTH other'))).toBe(true)
  })

  it.each([
    ['EXEC', 'inside'],
    ['DISCARD', 'before'],
  ])('has what a MULTI has set once it is executed: after %s it is called %j', async (end, name) => {
    const { a, b } = await start()
    const client = await connect(a)
    await client.command(['CLIENT', 'SETNAME', 'before'])
    await client.command(['MULTI'])
    await client.command(['CLIENT', 'SETNAME', 'inside'])
    await client.command([end])
    await move(client, a, b)
    expect(await client.command(['CLIENT', 'GETNAME'])).toBe(name)
  })

  it('is forgotten with RESET, after which notifications are asked for again', async () => {
    const { a, sentTo } = await start()
    const client = await connect(a, { reconnect: () => 1 })
    await client.command(['SELECT', '3'])
    await client.command(['CLIENT', 'SETNAME', 'before'])
    await client.subscribe('news', () => {})
    await client.command(['RESET'])
    expect(sentTo(a).filter(words => words.startsWith('CLIENT MAINT_NOTIFICATIONS'))).toHaveLength(2)
    a.reset()
    await expect.poll(() => a.totalConnections).toBe(2)
    expect(await client.command(['CLIENT', 'GETNAME'])).toBeNull()
    expect(await client.command(['PUBLISH', 'news', 'one'])).toBe(0)
    expect(sentTo(a).filter(words => words.startsWith('SELECT 3'))).toHaveLength(1)
  })

  it('has its scripts on the next server before that serves, and after another node answers behind the same connection', async () => {
    const { a, b, sentTo } = await start()
    const client = await connect(a)
    const bodies = ['return 1', 'return 2']
    for (const node of [a, b]) {
      node.intercept(([name, second]) => {
        if (name === 'EVAL') return ':1\r\n'
        if (name !== 'SCRIPT') return undefined
        return second === 'EXISTS' ? '*2\r\n:0\r\n:1\r\n' : '+OK\r\n'
      })
    }
    const scripts = (node: SimNode): string[] => sentTo(node).filter(words => words.startsWith('SCRIPT'))
    await client.command(['SCRIPT', 'LOAD', bodies[0] ?? ''])
    await client.command(['EVAL', bodies[1] ?? '', '0'])
    await move(client, a, b)
    await client.command(['EVALSHA', 'any', '0']).catch(() => {})
    const digests = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db 7f923f79fe76194c868d7e1d0820de36700eb649'
    expect(scripts(b)).toEqual([`SCRIPT EXISTS ${digests}`, 'SCRIPT LOAD return 1'])
    expect(sentTo(b).indexOf('SCRIPT LOAD return 1')).toBeLessThan(sentTo(b).indexOf('EVALSHA any 0'))
    await b.notify({ type: 'failed-over' })
    await expect.poll(() => scripts(b).length).toBe(4)
    await client.command(['SCRIPT', 'FLUSH'])
    await move(client, b, a)
    expect(scripts(a)).toEqual(['SCRIPT LOAD return 1'])
  })

  it('gives a server the scripts that it lacks, once, and the callers their answers', async () => {
    const { a, sentTo } = await start()
    const client = await connect(a)
    const digest = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db'
    let isLoaded = false
    a.intercept(([name, second]) => {
      if (name === 'EVALSHA') return isLoaded ? ':1\r\n' : '-NOSCRIPT No matching script. Please use EVAL.\r\n'
      if (name !== 'SCRIPT') return undefined
      isLoaded = second === 'LOAD'
      return '+OK\r\n'
    })
    const refused: string[] = []
    client.maint.on('command:refused', ({ kind, recovery }) => refused.push(`${kind}: ${recovery}`))
    const call = (sha: string): Promise<unknown> => client.command(['EVALSHA', sha, '0'])
    await client.command(['SCRIPT', 'LOAD', 'return 1'])
    isLoaded = false
    expect(await Promise.all([call(digest), call(digest.toUpperCase())])).toEqual([1, 1])
    expect(sentTo(a).filter(words => words.startsWith('SCRIPT'))).toEqual([
      'SCRIPT LOAD return 1',
      'SCRIPT LOAD return 1',
    ])
    expect(refused).toEqual(['no-script: retry'])
    isLoaded = false
    await expect(call('0'.repeat(40))).rejects.toThrow('NOSCRIPT')
    await client.command(['SCRIPT', 'FLUSH'])
    await expect(call(digest)).rejects.toThrow('NOSCRIPT')
    expect(sentTo(a).filter(words => words.startsWith('SCRIPT LOAD'))).toHaveLength(2)
  })
})
