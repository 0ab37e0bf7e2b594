import { expect, it, vi } from 'vitest'
import { createVirtualClock } from '../../src/testing/virtual-clock.js'
import { ScriptedClient } from '../support/backend-client.js'
import { describeBackends } from '../support/backends.js'

const LOADING = 'LOADING Redis is loading the dataset in memory'
const NOREPLICAS = 'NOREPLICAS Not enough good replicas to write.'
const READONLY = "READONLY You can't write against a read only replica."

describeBackends('a simulator that misbehaves', backend => {
  it('keeps the answers to a handshake back for as long as told', async () => {
    const clock = createVirtualClock()
    const simulator = await backend.simulate({ clock, record: true })
    const { node } = simulator
    node.delayHandshake(1_000)
    const client = await ScriptedClient.connect(node.endpoint)
    client.send(['HELLO', 3], ['PING'])
    await simulator.when(({ type, words }) => type === 'command' && words[0] === 'PING')
    clock.advanceBy(999)
    expect(client.order).toEqual([])
    clock.advanceBy(1)
    expect(await client.reply()).toBeInstanceOf(Map)
    expect(await client.reply()).toBe('PONG')
    expect(await client.call('PING')).toBe('PONG')
  })

  it('refuses connections, and takes them again on the same port', async () => {
    const { node } = await backend.simulate()
    const { endpoint } = node
    const old = await ScriptedClient.connect(endpoint)
    node.refuse()
    await expect(ScriptedClient.connect(endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await old.call('PING')).toBe('PONG')
    await node.accept()
    expect(node.endpoint).toEqual(endpoint)
    const client = await ScriptedClient.connect(endpoint)
    expect(await client.call('PING')).toBe('PONG')
  })

  it('says nothing while it is silent, on old and new connections, and goes on where it left off', async () => {
    const { node } = await backend.simulate()
    const old = await ScriptedClient.connect(node.endpoint)
    await old.optIn()
    node.silent()
    const young = await ScriptedClient.connect(node.endpoint)
    old.send(['SET', 'key', 'value'], ['GET', 'key'])
    young.send(['PING'])
    expect(await node.notify({ type: 'migrating', graceMs: 2_000 })).toBe(0)
    expect(old.unread + young.unread).toBe(0)
    node.silent(false)
    expect([await old.reply(), await old.reply(), await young.reply()]).toEqual(['OK', 'value', 'PONG'])
  })

  it('answers late, on old and new connections, and in order', async () => {
    const clock = createVirtualClock()
    const simulator = await backend.simulate({ clock, record: true })
    const { node } = simulator
    const old = await ScriptedClient.connect(node.endpoint)
    expect(await old.call('PING')).toBe('PONG')
    node.slow({ delayMs: 300 })
    const young = await ScriptedClient.connect(node.endpoint)
    // Over a real server it is not known when its answer arrives: only from then on it is late.
    for (const client of [old, young]) {
      client.send(['SET', 'key', 'value'], ['GET', 'key'])
      await vi.waitFor(() => expect(clock.pending).toBe(1))
      clock.advanceBy(299)
      expect(client.unread).toBe(0)
      clock.advanceBy(1)
      expect([await client.reply(), await client.reply()]).toEqual(['OK', 'value'])
    }
  })

  it('sends a few bytes at a time, and the rest at once when it is healed', async () => {
    const clock = createVirtualClock()
    const { node } = await backend.simulate({ clock })
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('SET', 'key', 'x'.repeat(1_000))
    node.slow({ bytesPerSecond: 100 })
    client.send(['GET', 'key'], ['PING'])
    await vi.waitFor(() => expect(clock.pending).toBe(1))
    for (let bytes = 0; bytes < 1_000; bytes += 1) clock.advanceBy(10)
    expect(client.unread).toBe(0)
    await node.heal()
    expect([await client.reply(), await client.reply()]).toEqual(['x'.repeat(1_000), 'PONG'])
    expect(await client.call('PING')).toBe('PONG')
  })

  it('is gone without a word for those that were connected, and serves others', async () => {
    const { node } = await backend.simulate()
    const old = await ScriptedClient.connect(node.endpoint)
    await old.optIn()
    node.halfOpen()
    old.send(['SET', 'key', 'value'])
    expect(await node.notify({ type: 'migrated' })).toBe(0)
    const young = await ScriptedClient.connect(node.endpoint)
    expect(await young.call('GET', 'key')).toBe(null)
    await node.heal()
    expect(await young.call('PING')).toBe('PONG')
    expect(old.unread).toBe(0)
    old.close()
  })

  it('refuses writes for want of replicas, and spoils transactions with them', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    node.lackReplicas()
    expect(await client.call('SET', 'key', 'value')).toBe(NOREPLICAS)
    expect(await client.call('GET', 'key')).toBe(null)
    await client.call('MULTI')
    expect(await client.call('INCR', 'key')).toBe(NOREPLICAS)
    expect(await client.call('EXEC')).toContain('EXECABORT')
    node.lackReplicas(false)
    expect(await client.call('SET', 'key', 'value')).toBe('OK')
  })

  it('hangs up at once', async () => {
    const { node } = await backend.simulate()
    node.hangUp()
    const client = await ScriptedClient.connect(node.endpoint)
    expect(await client.ended).toBe('closed')
  })

  it('hangs up instead of the first reply', async () => {
    const { node } = await backend.simulate()
    node.hangUp('after-first-command')
    const client = await ScriptedClient.connect(node.endpoint)
    client.send(['HELLO', 3], ['PING'])
    expect(await client.ended).toBe('closed')
    expect(client.order).toEqual([])
  })

  it('resets and closes its connections', async () => {
    const { node } = await backend.simulate()
    const first = await ScriptedClient.connect(node.endpoint)
    await first.call('PING')
    node.reset()
    expect(await first.ended).toBe('reset')
    const second = await ScriptedClient.connect(node.endpoint)
    await second.call('PING')
    node.closeConnections()
    expect(await second.ended).toBe('closed')
    expect(node.totalConnections).toBe(2)
  })

  it('answers LOADING to everything, in order, and stops to', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    node.answerLoading()
    expect([await client.call('HELLO', 3), await client.call('GET', 'key')]).toEqual([LOADING, LOADING])
    node.answerLoading(false)
    expect(await client.call('GET', 'key')).toBeNull()
  })

  it('answers LOADING to commands on data alone', async () => {
    const { node } = await backend.simulate()
    node.answerLoading('data')
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn()
    expect(await client.call('SELECT', 1)).toBe('OK')
    expect([await client.call('PING'), await client.call('GET', 'key')]).toEqual([LOADING, LOADING])
  })

  it('answers READONLY to writes, and reads on', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('SET', 'key', 'value')
    node.readonly()
    client.send(['GET', 'key'], ['SET', 'key', 'other'], ['GET', 'key'])
    expect(await client.reply()).toBe('value')
    expect(await client.reply()).toMatchObject({ message: READONLY })
    expect(await client.reply()).toBe('value')
    expect(await client.call('ROLE')).toContain('slave')
    node.readonly(false)
    expect(await client.call('SET', 'key', 'other')).toBe('OK')
  })

  it('fails a transaction that holds a write while it is read-only', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    node.readonly()
    await client.call('MULTI')
    expect(await client.call('SET', 'key', 'value')).toBe(READONLY)
    expect(await client.call('EXEC')).toMatch(/^EXECABORT/)
    expect(await client.call('GET', 'key')).toBeNull()
  })

  it('fails a transaction that was queued before it became read-only', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('MULTI')
    await client.call('SET', 'key', 'value')
    node.readonly()
    expect(await client.call('EXEC')).toMatch(/^EXECABORT/)
    expect(await client.call('GET', 'key')).toBeNull()
  })

  it('answers READONLY to scripts in the words of a script that failed', async () => {
    const { node } = await backend.simulate()
    node.readonly()
    const client = await ScriptedClient.connect(node.endpoint)
    const sha = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db'
    const words = `${READONLY.slice(0, -1)}. script: ${sha}, on @user_script:1.`
    expect(await client.call('EVAL', 'return 1', 0)).toBe(words)
    expect(await client.call('EVALSHA', sha, 0)).toBe(words)
  })

  it('executes a command and loses its reply', async () => {
    const { node } = await backend.simulate()
    const [client, witness] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    const lost = node.loseReply(([name]) => name === 'INCR')
    client.send(['SET', 'count', 1], ['INCR', 'count'], ['INCR', 'count'])
    expect(await client.reply()).toBe('OK')
    expect(await client.ended).toBe('closed')
    expect((await lost).remotePort).toBe(client.localPort)
    expect(client.order).toEqual(['reply'])
    expect(await witness.call('GET', 'count')).toBe('2')
  })

  it('executes a transaction and loses its reply', async () => {
    const { node } = await backend.simulate()
    const [client, witness] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    const lost = node.loseReply(([name]) => name === 'EXEC')
    client.send(['MULTI'], ['INCR', 'count'], ['EXEC'])
    await lost
    expect(await client.ended).toBe('closed')
    expect(await witness.call('GET', 'count')).toBe('1')
  })

  it('asks for its credentials, in AUTH and in HELLO', async () => {
    const { node } = await backend.simulate({ nodes: [{ username: 'app', password: 'secret' }] })
    const client = await ScriptedClient.connect(node.endpoint)
    expect(await client.call('GET', 'key')).toMatch(/^NOAUTH/)
    expect(await client.call('HELLO', 3)).toMatch(/^NOAUTH/)
    expect(await client.call('AUTH', 'app', 'wrong')).toMatch(/^WRONGPASS/)
    expect(await client.call('HELLO', 3, 'AUTH', 'app', 'secret', 'SETNAME', 'mine')).toBeInstanceOf(Map)
    expect(await client.call('CLIENT', 'GETNAME')).toBe('mine')
    expect(await client.call('GET', 'key')).toBeNull()
    expect(node.connections()[0]).toMatchObject({ protocol: 3, name: 'mine' })
  })

  it('answers a command by itself where the test says so', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    const stop = node.intercept(([name]) => (name === 'GET' ? '$4\r\nmine\r\n' : undefined))
    client.send(['ECHO', 'a'], ['GET', 'key'], ['ECHO', 'b'])
    expect([await client.reply(), await client.reply(), await client.reply()]).toEqual(['a', 'mine', 'b'])
    stop()
    expect(await client.call('GET', 'key')).toBeNull()
  })

  it('is healthy again after heal', async () => {
    const { node } = await backend.simulate()
    node.answerLoading()
    node.readonly()
    node.silent()
    node.refuse()
    await node.heal()
    const client = await ScriptedClient.connect(node.endpoint)
    expect(await client.call('SET', 'key', 'value')).toBe('OK')
  })
})
