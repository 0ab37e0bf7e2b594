import { expect, it } from 'vitest'
import { RespError } from '../../src/wire/value.js'
import { ScriptedClient } from '../support/backend-client.js'
import { describeBackends } from '../support/backends.js'

type Words = readonly (string | number)[]

/** Commands and what a Redis server answers to them in RESP3, sent one after another on one connection. */
const CONVERSATION: readonly (readonly [Words, unknown])[] = [
  [['SET', 's', '10', 'NX', 'EX', 100], 'OK'],
  [['SET', 's', '11', 'NX'], null],
  [['SET', 's', '12', 'KEEPTTL', 'GET'], '10'],
  [['TTL', 's'], 100],
  [['SET', 's', '1', 'EX'], 'ERR syntax error'],
  [['SET', 's', '1', 'PX', 0], "ERR invalid expire time in 'set' command"],
  [['GETSET', 's', '13'], '12'],
  [['TTL', 's'], -1],
  [['TTL', 'missing'], -2],
  [['EXPIRE', 's', 100, 'GT'], 0],
  [['EXPIRE', 's', 100, 'LT'], 1],
  [['EXPIRE', 's', 50, 'GT'], 0],
  [['EXPIRE', 's', 200, 'GT'], 1],
  [['EXPIRE', 's', 100, 'XX'], 1],
  [['EXPIRE', 's', 100, 'NX'], 0],
  [['PERSIST', 's'], 1],
  [['APPEND', 's', 'ab'], 4],
  [['GETRANGE', 's', -2, -1], 'ab'],
  [['INCR', 's'], 'ERR value is not an integer or out of range'],
  [['INCRBY', 'n', 41], 41],
  [['INCR', 'n'], 42],
  [['DECRBY', 'n', 2], 40],
  [['SET', 'max', '9223372036854775807'], 'OK'],
  [['INCR', 'max'], 'ERR increment or decrement would overflow'],
  [['MSET', 'a', 1, 'b', 2], 'OK'],
  [['MSET', 'a'], "ERR wrong number of arguments for 'mset' command"],
  [
    ['MGET', 'a', 'missing', 'b'],
    ['1', null, '2'],
  ],
  [['EXISTS', 'a', 'a', 'missing'], 2],
  [['DEL', 'a', 'missing'], 1],
  [['RPUSH', 'l', 'x', 'y', 'z'], 3],
  [['LPUSH', 'l', 'w'], 4],
  [
    ['LRANGE', 'l', 0, -2],
    ['w', 'x', 'y'],
  ],
  [['LPOP', 'l'], 'w'],
  [
    ['RPOP', 'l', 2],
    ['z', 'y'],
  ],
  [['LPOP', 'missing', 2], null],
  [['GET', 'l'], 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  [['TYPE', 'l'], 'list'],
  [
    ['BLPOP', 'missing', 'l', 1],
    ['l', 'x'],
  ],
  [['EXISTS', 'l'], 0],
  [['BLPOP', 'l', 0.01], null],
  [['HSET', 'h', 'f', 1, 'g', 2], 2],
  [
    ['HGETALL', 'h'],
    new Map([
      ['f', '1'],
      ['g', '2'],
    ]),
  ],
  [['HINCRBY', 'h', 'f', 4], 5],
  [
    ['HMGET', 'h', 'f', 'missing'],
    ['5', null],
  ],
  [['HDEL', 'h', 'f', 'g', 'missing'], 2],
  [['TYPE', 'h'], 'none'],
  [['SADD', 'set', 'm', 'm', 'n'], 2],
  [['SISMEMBER', 'set', 'm'], 1],
  [['SREM', 'set', 'm'], 1],
  [['SMEMBERS', 'set'], new Set(['n'])],
  [
    ['SCAN', 0, 'MATCH', 's*t', 'COUNT', 1000],
    ['0', ['set']],
  ],
  [
    ['SSCAN', 'set', 0, 'MATCH', 'n*'],
    ['0', ['n']],
  ],
  [
    ['HSCAN', 'missing', 0],
    ['0', []],
  ],
  [['SCAN', 'x'], 'ERR invalid cursor'],
  [['SCAN', 0, 'MATCH'], 'ERR syntax error'],
  [
    ['SCAN', 0, 'TYPE', 'list', 'COUNT', 1000],
    ['0', []],
  ],
  [['DBSIZE'], 5],
  [['SELECT', 1], 'OK'],
  [['DBSIZE'], 0],
  [['SELECT', 99], 'ERR DB index is out of range'],
  [['GET'], "ERR wrong number of arguments for 'get' command"],
  [['NOSUCH', 'x', 'y'], "ERR unknown command 'NOSUCH', with args beginning with: 'x' 'y' "],
  [['CLIENT', 'NOSUCH'], "ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP."],
  [['EXEC'], 'ERR EXEC without MULTI'],
  [['DISCARD'], 'ERR DISCARD without MULTI'],
  [['MULTI'], 'OK'],
  [['MULTI'], expect.stringMatching(/^ERR/)],
  [['WATCH', 'a'], expect.stringMatching(/^ERR/)],
  [['DISCARD'], 'OK'],
  [['HELLO', 4], 'NOPROTO unsupported protocol version'],
  [['AUTH', 'default', 'anything'], 'OK'],
  [['AUTH', 'nobody', 'x'], 'WRONGPASS invalid username-password pair or user is disabled.'],
  [['AUTH', 'x'], expect.stringMatching(/^ERR AUTH <password> called without any password configured/)],
  [['PUBSUB', 'CHANNELS'], []],
  [['PUBSUB', 'SHARDCHANNELS', 'x*'], []],
  [
    ['PUBSUB', 'NUMSUB', 'a'],
    ['a', 0],
  ],
  [
    ['PUBSUB', 'SHARDNUMSUB', 'a'],
    ['a', 0],
  ],
  [['PUBSUB', 'NUMPAT'], 0],
  [['PUBSUB', 'NOSUCH'], "ERR unknown subcommand 'NOSUCH'. Try PUBSUB HELP."],
  [['ROLE'], ['master', 0, []]],
  [['CLUSTER', 'INFO'], 'ERR This instance has cluster support disabled'],
  [['CLIENT', 'UNBLOCK', 999_999], 0],
  [['CLIENT', 'KILL', 'ID', 999_999], 0],
  [['CLIENT', 'TRACKING', 'OFF'], 'OK'],
  [['CLIENT', 'NO-EVICT', 'ON'], 'OK'],
  [['CLIENT', 'SETNAME', 'a b'], 'ERR Client names cannot contain spaces, newlines or special characters.'],
  [['CLIENT', 'SETNAME', 'me'], 'OK'],
  [['CLIENT', 'GETNAME'], 'me'],
  [['CLIENT', 'SETINFO', 'LIB-NAME', 'it'], expect.toSatisfy(answer => answer === 'OK' || /^ERR/.test(String(answer)))],
  [['PING', 'hello'], 'hello'],
  [['PUBLISH', 'nobody', 'x'], 0],
  [['WAIT', 0, 10], 0],
  [['FLUSHALL'], 'OK'],
  [['RESET'], 'RESET'],
  [['CLIENT', 'GETNAME'], null],
]

describeBackends('the data set behind a simulator', backend => {
  it('answers the commands of everyday use as Redis does', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('HELLO', 3)
    for (const [words, expected] of CONVERSATION) {
      expect([words.join(' '), await client.call(...words)]).toEqual([words.join(' '), expected])
    }
  })

  it('is one for all nodes', async () => {
    const { nodes } = await backend.simulate({ nodes: 3 })
    const clients = await Promise.all(nodes.map(({ endpoint }) => ScriptedClient.connect(endpoint)))
    for (const client of clients) await client.call('INCR', 'count')
    expect(await clients[0]?.call('GET', 'count')).toBe('3')
  })

  it('executes a transaction as a whole, and fails it where a watched key changed', async () => {
    const { node } = await backend.simulate()
    const [client, other] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    await client.call('WATCH', 'key')
    await client.call('MULTI')
    expect(await client.call('INCR', 'key')).toBe('QUEUED')
    expect(await client.call('LPUSH', 'key', 'x')).toBe('QUEUED')
    const [sum, error] = (await client.call('EXEC')) as readonly unknown[]
    expect(sum).toBe(1)
    expect(error).toBeInstanceOf(RespError)
    await client.call('WATCH', 'key')
    await other.call('SET', 'key', '5')
    await client.call('MULTI')
    await client.call('INCR', 'key')
    expect(await client.call('EXEC')).toBeNull()
    expect(await client.call('GET', 'key')).toBe('5')
  })

  it('discards a transaction in which a command was refused', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('MULTI')
    await client.call('NOSUCH')
    await client.call('SET', 'key', '1')
    expect(await client.call('EXEC')).toBe('EXECABORT Transaction discarded because of previous errors.')
    expect(await client.call('GET', 'key')).toBeNull()
  })

  it('wakes blocked clients in the order in which they came', async () => {
    const { node } = await backend.simulate()
    const [first, second, pusher] = [
      await ScriptedClient.connect(node.endpoint),
      await ScriptedClient.connect(node.endpoint),
      await ScriptedClient.connect(node.endpoint),
    ]
    const id = await second.call('CLIENT', 'ID')
    first.send(['BLPOP', 'queue', 0])
    await expect.poll(async () => String(await pusher.call('CLIENT', 'LIST'))).toMatch(/flags=b/)
    second.send(['BRPOP', 'queue', 0])
    await expect.poll(async () => String(await pusher.call('CLIENT', 'LIST')).match(/flags=b/g)).toHaveLength(2)
    await pusher.call('RPUSH', 'queue', 'one')
    expect(await first.reply()).toEqual(['queue', 'one'])
    expect(await pusher.call('CLIENT', 'UNBLOCK', Number(id), 'ERROR')).toBe(1)
    expect(await second.reply()).toMatchObject({ message: 'UNBLOCKED client unblocked via CLIENT UNBLOCK' })
  })

  it('delivers messages to subscribers on other nodes, as pushes in RESP3', async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [subscriber, publisher] = await Promise.all(nodes.map(({ endpoint }) => ScriptedClient.connect(endpoint)))
    if (subscriber === undefined || publisher === undefined) throw new Error('two nodes')
    await subscriber.call('HELLO', 3)
    subscriber.send(['SUBSCRIBE', 'news', 'sport'], ['PSUBSCRIBE', 'n*'], ['SSUBSCRIBE', 'shard'])
    const confirmed = [
      await subscriber.push(),
      await subscriber.push(),
      await subscriber.push(),
      await subscriber.push(),
    ]
    expect(confirmed).toEqual([
      ['subscribe', 'news', 1],
      ['subscribe', 'sport', 2],
      ['psubscribe', 'n*', 3],
      ['ssubscribe', 'shard', 1],
    ])
    expect(await publisher.call('PUBLISH', 'news', 'hello')).toBe(2)
    expect(await subscriber.push()).toEqual(['message', 'news', 'hello'])
    expect(await subscriber.push()).toEqual(['pmessage', 'n*', 'news', 'hello'])
    expect(await publisher.call('SPUBLISH', 'shard', 'hi')).toBe(1)
    expect(await subscriber.push()).toEqual(['smessage', 'shard', 'hi'])
    expect(await subscriber.call('GET', 'key')).toBeNull()
    subscriber.send(['UNSUBSCRIBE'])
    expect(await subscriber.push()).toHaveLength(3)
  })

  it('confines subscribers in RESP2, and sends them arrays', async () => {
    const { node } = await backend.simulate()
    const [client, other] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    expect(await client.call('SUBSCRIBE', 'news')).toEqual(['subscribe', 'news', 1])
    expect(await client.call('GET', 'key')).toMatch(/^ERR Can't execute 'get'/)
    expect(await client.call('PING')).toEqual(['pong', ''])
    await other.call('PUBLISH', 'news', 'hello')
    expect(await client.reply()).toEqual(['message', 'news', 'hello'])
    expect(await client.call('UNSUBSCRIBE', 'news')).toEqual(['unsubscribe', 'news', 0])
    expect(await client.call('HGETALL', 'missing')).toEqual([])
  })

  it('tells a tracking client that a key it read has changed', async () => {
    const { node } = await backend.simulate()
    const [client, other] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    await client.call('HELLO', 3)
    expect(await client.call('CLIENT', 'TRACKING', 'ON')).toBe('OK')
    await client.call('GET', 'key')
    await other.call('SET', 'key', '1')
    expect(await client.push()).toEqual(['invalidate', ['key']])
    await client.call('GET', 'key')
    await other.call('FLUSHALL')
    expect(await client.push()).toEqual(['invalidate', null])
  })

  it('takes binary keys and values, inline commands, and commands in many pieces', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    const bytes = Buffer.from([0, 13, 10, 255, 128])
    await client.call('SET', bytes, bytes)
    expect(await client.call('STRLEN', bytes)).toBe(5)
    client.sendBytes('PING\r\n')
    expect(await client.reply()).toBe('PONG')
    for (const piece of '*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n') client.sendBytes(piece)
    expect(await client.reply()).toBe('abc')
  })

  it('scans every key that stays, whatever comes and goes meanwhile', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    const stays = Array.from({ length: 50 }, (_, index) => `stays:${index}`)
    const goes = Array.from({ length: 50 }, (_, index) => `goes:${index}`)
    for (const name of [...stays, ...goes]) await client.call('SET', name, '1')
    const seen = new Set<unknown>()
    let cursor = '0'
    do {
      const [next, names] = (await client.call('SCAN', cursor, 'COUNT', 5)) as [string, readonly string[]]
      for (const name of names) seen.add(name)
      await client.call('DEL', goes.pop() ?? '')
      cursor = next
    } while (cursor !== '0')
    expect(stays.filter(name => !seen.has(name))).toEqual([])
  })

  it('closes the connection after QUIT', async () => {
    const simulator = await backend.simulate({ record: true })
    const { node } = simulator
    const client = await ScriptedClient.connect(node.endpoint)
    expect(await client.call('QUIT')).toBe('OK')
    expect(await client.ended).toBe('closed')
    await simulator.when(({ type }) => type === 'closed')
    expect(node.connections()).toEqual([])
  })
})
