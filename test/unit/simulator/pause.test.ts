import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type SimNode, type Simulator } from '../../../src/simulator/index.js'
import { createVirtualClock, type VirtualClock } from '../../../src/testing/virtual-clock.js'
import { ScriptedClient } from '../../support/backend-client.js'

let clock: VirtualClock
let simulator: Simulator
let node: SimNode
let other: ScriptedClient

beforeEach(async () => {
  clock = createVirtualClock()
  simulator = await createSimulator({ clock, nodes: 2, record: true })
  node = simulator.node
  other = await ScriptedClient.connect(node.endpoint)
})

afterEach(() => simulator.dispose())

/** Resolves once the node has taken in a command of these words. */
async function arrived(...words: readonly string[]): Promise<void> {
  await simulator.when(event => event.type === 'command' && event.words.join(' ') === words.join(' '))
}

/** Sends a command on a connection of its own, and resolves once the node has it. */
async function sent(...words: readonly string[]): Promise<ScriptedClient> {
  const client = await ScriptedClient.connect(node.endpoint)
  client.send(words)
  await arrived(...words)
  return client
}

describe('CLIENT PAUSE of the built-in store', () => {
  it.each([
    [['PAUSE'], "ERR wrong number of arguments for 'client|pause' command"],
    [['PAUSE', 'soon'], 'ERR timeout is not an integer or out of range'],
    [['PAUSE', '1.5'], 'ERR timeout is not an integer or out of range'],
    [['PAUSE', '99999999999999999999'], 'ERR timeout is not an integer or out of range'],
    [['PAUSE', '-1'], 'ERR timeout is negative'],
    [['PAUSE', '10', 'READ'], 'ERR CLIENT PAUSE mode must be WRITE or ALL'],
    [
      ['PAUSE', '10', 'WRITE', 'more'],
      "ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
    ],
    [['UNPAUSE', 'now'], "ERR wrong number of arguments for 'client|unpause' command"],
  ])('CLIENT %j is refused as a server does', async (words, message) => {
    expect(await other.call('CLIENT', ...words)).toBe(message)
  })

  it('lets commands wait that may write, and serves and refuses all others', async () => {
    expect(await other.call('CLIENT', 'PAUSE', '1000', 'WRITE')).toBe('OK')
    const waiting = await Promise.all([
      sent('SET', 'k', 'v'),
      sent('BLPOP', 'k', '1'),
      sent('PUBLISH', 'c', 'm'),
      sent('EVAL', 'return 1', '0'),
    ])
    const served = await Promise.all([
      sent('GET', 'k'),
      sent('SET', 'k'),
      sent('MULTI'),
      sent('EVAL', '#!lua flags=no-writes\nreturn 1', '0'),
    ])
    expect(await Promise.all(served.map(client => client.reply()))).toEqual([
      null,
      { message: expect.stringContaining('wrong number of arguments') },
      'OK',
      { message: expect.stringContaining('runs no scripts') },
    ])
    expect(waiting.map(({ unread }) => unread)).toEqual([0, 0, 0, 0])
  })

  it('lets EXEC wait where a write was queued before, and a write that is to be queued', async () => {
    const writer = await ScriptedClient.connect(node.endpoint)
    await writer.call('MULTI')
    await writer.call('SET', 'k', '1')
    await other.call('CLIENT', 'PAUSE', '1000', 'WRITE')
    const queueing = await ScriptedClient.connect(node.endpoint)
    await queueing.call('MULTI')
    queueing.send(['SET', 'k', '2'])
    writer.send(['EXEC'])
    await arrived('EXEC')
    await arrived('SET', 'k', '2')
    expect([writer.unread, queueing.unread]).toEqual([0, 0])
    await other.call('CLIENT', 'UNPAUSE')
    expect([await writer.reply(), await queueing.reply()]).toEqual([['OK'], 'QUEUED'])
  })

  it('keeps the order of a connection, and goes on when the time is over', async () => {
    await other.call('CLIENT', 'PAUSE', '1000', 'WRITE')
    const client = await sent('SET', 'k', '1')
    client.send(['GET', 'k'], ['SET', 'k', '2'], ['GET', 'k'])
    clock.advanceBy(999)
    expect(await other.call('PING')).toBe('PONG')
    expect(client.unread).toBe(0)
    clock.advanceBy(1)
    const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()]
    expect(replies.map(String)).toEqual(['OK', '1', 'OK', '2'])
  })

  it('keeps the later end and the stricter mode of two', async () => {
    await other.call('CLIENT', 'PAUSE', '400', 'WRITE')
    await other.call('CLIENT', 'PAUSE', '100', 'ALL')
    const client = await sent('ECHO', 'held')
    clock.advanceBy(399)
    other.send(['CLIENT', 'UNPAUSE'])
    const another = await ScriptedClient.connect(simulator.nodes[1]?.endpoint ?? node.endpoint)
    expect(await another.call('PING')).toBe('PONG')
    expect(client.unread).toBe(0)
    clock.advanceBy(1)
    expect([await client.reply(), await other.reply()].map(String)).toEqual(['held', 'OK'])
  })

  it('refuses what waited where its node has become a replica meanwhile', async () => {
    node.pause('writes')
    const client = await sent('SET', 'k', '1')
    node.readonly()
    node.unpause()
    expect(await client.reply()).toMatchObject({ message: expect.stringContaining('READONLY') })
  })

  it('waits for a node that is stopped as well, and forgets those that left', async () => {
    node.pause('all')
    const client = await sent('INCR', 'k')
    const gone = await sent('INCRBY', 'k', '10')
    gone.close()
    await simulator.when(({ type }) => type === 'closed')
    node.silent()
    node.unpause()
    expect(client.unread).toBe(0)
    node.silent(false)
    expect(await client.reply()).toBe(1)
  })
})
