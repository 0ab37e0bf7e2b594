import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator, findRedisServer, type Simulator } from '../../src/simulator/index.js'
import { COMMANDS } from '../../src/simulator/store/command-table.js'
import { RespError, type RespValue } from '../../src/wire/value.js'
import { ScriptedClient } from '../support/backend-client.js'

const key = fc.constantFrom('a', 'b', 'c')
const value = fc.constantFrom('1', '10', '-3', 'x', '', '9223372036854775807', '007', ' 1', '1.5', 'é')
const number = fc.constantFrom('0', '1', '2', '-1', '-2', '5', '100', 'x', '1.5', '9223372036854775807')
const field = fc.constantFrom('f', 'g')

/** A generator of one command: its name, and what each further word is taken from. */
function command(name: string, ...words: readonly fc.Arbitrary<string>[]): fc.Arbitrary<readonly string[]> {
  return fc.tuple(...words).map(rest => [name, ...rest])
}

const option = fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL', 'EX', 'PX', '100', 'nonsense')
const strings = [
  command('GET', key),
  command('SET', key, value),
  fc.tuple(key, value, fc.array(option, { maxLength: 3 })).map(([name, text, rest]) => ['SET', name, text, ...rest]),
  command('MGET', key, key),
  command('MSET', key, value, key, value),
  command('SETNX', key, value),
  command('SETEX', key, number, value),
  command('GETSET', key, value),
  command('GETDEL', key),
  // Not -2: where that lies before the start of the string, versions differ.
  command('GETRANGE', key, fc.constantFrom('0', '1', 'x'), fc.constantFrom('-1', '0', '100')),
  command('STRLEN', key),
  command('APPEND', key, value),
  command('INCR', key),
  command('DECR', key),
  command('INCRBY', key, number),
  command('DECRBY', key, number),
]
const lists = [
  command('LPUSH', key, value, value),
  command('RPUSH', key, value),
  command('LPUSHX', key, value),
  command('LPOP', key),
  command('RPOP', key, number),
  command('LRANGE', key, number, number),
  command('LINDEX', key, number),
  command('LLEN', key),
]
const hashesAndSets = [
  command('HSET', key, field, value),
  command('HSET', key, field),
  command('HSETNX', key, field, value),
  command('HGET', key, field),
  command('HMGET', key, field, field),
  command('HGETALL', key),
  command('HKEYS', key),
  command('HVALS', key),
  command('HEXISTS', key, field),
  command('HLEN', key),
  command('HDEL', key, field),
  command('HINCRBY', key, field, number),
  command('SADD', key, value, value),
  command('SREM', key, value),
  command('SMEMBERS', key),
  command('SISMEMBER', key, value),
  command('SMISMEMBER', key, value, value),
  command('SCARD', key),
]
const keys = [
  command('DEL', key, key),
  command('UNLINK', key),
  command('EXISTS', key, key),
  command('TYPE', key),
  command('RENAME', key, key),
  command('EXPIRE', key, fc.constantFrom('100', '0', '-1', 'x'), fc.constantFrom('NX', 'XX', 'no')),
  command('PERSIST', key),
  command('TTL', key),
  command('KEYS', fc.constantFrom('*', 'a', '[a-b]', '?', 'x*')),
  command('DBSIZE'),
  command('SELECT', fc.constantFrom('0', '1', '16', 'x')),
  command('FLUSHDB'),
]
const transactions = ['MULTI', 'EXEC', 'DISCARD', 'UNWATCH', 'ECHO', 'NOSUCH'].map(name => command(name))
const watch = command('WATCH', key)
const anyCommand = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...strings) },
  { weight: 3, arbitrary: fc.oneof(...lists) },
  { weight: 4, arbitrary: fc.oneof(...hashesAndSets) },
  { weight: 3, arbitrary: fc.oneof(...keys) },
  { weight: 2, arbitrary: fc.oneof(...transactions, watch) },
)

/** Commands whose lists have no order. */
const UNORDERED: ReadonlySet<string> = new Set(['KEYS', 'HKEYS', 'HVALS', 'HGETALL', 'SMEMBERS'])

/** Few characters, so that they match. Whether bytes from 128 on are in a range depends on the server's processor. */
const pattern = fc.string({ unit: fc.constantFrom(...'abc*?[]^-\\'), maxLength: 8 })
const name = fc.string({ unit: fc.constantFrom(...'abc[]^-\\'), minLength: 1, maxLength: 4 })

/** Puts what has no order into one. Of what a transaction answers it is not known which command answered it. */
function normalise(reply: RespValue, name: string): unknown {
  if (reply instanceof RespError) return reply.message
  if (reply instanceof Set || reply instanceof Map) return [...reply].map(String).sort()
  if (!Array.isArray(reply)) return reply
  if (name === 'EXEC') return reply.map(item => (Array.isArray(item) ? item.map(String).sort() : normalise(item, '')))
  return UNORDERED.has(name) ? reply.map(String).sort() : reply
}

/** Redis 7 tells of their subcommands one by one, or has them elsewhere. */
const FLATTENED: ReadonlySet<string> = new Set(['OBJECT', 'SENTINEL'])
const COMPARED = ['write', 'readonly', 'blocking', 'pubsub', 'movablekeys']

/** What clients go by: name, arity, what it does, and where its keys are. */
function comparable(told: RespValue): unknown {
  if (!Array.isArray(told)) return told
  const [name, arity, flags, ...places] = told as [unknown, unknown, Iterable<unknown>, ...unknown[]]
  const kept = [...flags].map(String).filter(flag => COMPARED.includes(flag))
  return { name, arity, flags: kept.sort(), places: places.slice(0, 3) }
}

describe.runIf(findRedisServer() !== undefined)('the built-in store, next to a redis-server', () => {
  const simulators: Simulator[] = []

  beforeAll(async () => {
    simulators.push(await createSimulator(), await createSimulator({ backend: { kind: 'spawn' } }))
  })

  afterAll(() => Promise.all(simulators.map(simulator => simulator.dispose())))

  it.each(['2', '3'])('answers any sequence of commands in RESP%s as that does', async protocol => {
    const clients = await Promise.all(simulators.map(({ node }) => ScriptedClient.connect(node.endpoint)))
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 1, maxLength: 30 }), async commands => {
        const start = [['RESET'], ['HELLO', protocol], ['FLUSHALL']]
        const answers = clients.map(async client => {
          client.send(...start, ...commands)
          for (const _ of start) await client.reply()
          const replies: unknown[] = []
          for (const words of commands) replies.push([words.join(' '), normalise(await client.reply(), words[0] ?? '')])
          return replies
        })
        const [ours, theirs] = await Promise.all(answers)
        expect(ours).toEqual(theirs)
      }),
    )
    for (const client of clients) client.close()
  })

  it('matches any names with any pattern as that does', async () => {
    const clients = await Promise.all(simulators.map(({ node }) => ScriptedClient.connect(node.endpoint)))
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 20 }), pattern, async (names, text) => {
        const answers = clients.map(async client => {
          await client.call('FLUSHALL')
          await client.call('MSET', ...names.flatMap(each => [each, '']))
          return normalise(await client.call('KEYS', text), 'KEYS')
        })
        const [ours, theirs] = await Promise.all(answers)
        expect(ours).toEqual(theirs)
      }),
    )
    for (const client of clients) client.close()
  })

  it('tells the same of its commands as that does', async () => {
    const clients = await Promise.all(simulators.map(({ node }) => ScriptedClient.connect(node.endpoint)))
    const known = [...COMMANDS.keys()].filter(each => !FLATTENED.has(each))
    const answers = clients.map(client => client.call('COMMAND', 'INFO', 'nonsense', ...known))
    const [ours, theirs] = (await Promise.all(answers)).map(told => (told as RespValue[]).map(comparable))
    expect(ours).toEqual(theirs)
    for (const client of clients) client.close()
  })

  it.each([
    'COMMAND GETKEYS SET a b',
    'COMMAND GETKEYS MSET a 1 b 2',
    'COMMAND GETKEYS BLPOP a b 0',
    'COMMAND GETKEYS SSUBSCRIBE a b',
    'COMMAND GETKEYS GET a b',
    'COMMAND GETKEYS ECHO a',
    'COMMAND GETKEYS NOSUCH a',
    'COMMAND NOSUCH',
  ])('answers %s as that does', async text => {
    const clients = await Promise.all(simulators.map(({ node }) => ScriptedClient.connect(node.endpoint)))
    const [ours, theirs] = await Promise.all(clients.map(async client => client.call(...text.split(' '))))
    expect(ours).toEqual(theirs)
    for (const client of clients) client.close()
  })

  it('counts, lists and documents each of its commands', async () => {
    const client = await ScriptedClient.connect(simulators[0]?.node.endpoint ?? { host: '', port: 0 })
    const names = [...COMMANDS.keys()].map(each => each.toLowerCase())
    expect(await client.call('COMMAND', 'COUNT')).toBe(names.length)
    expect((await client.call('COMMAND', 'LIST')) as unknown[]).toEqual(names)
    expect(((await client.call('COMMAND')) as unknown[][]).map(([each]) => each)).toEqual(names)
    expect(await client.call('COMMAND', 'DOCS', 'GET', 'NOSUCH')).toEqual([
      'get',
      ['summary', 'GET, as far as the built-in store has it', 'since', '1.0.0', 'group', 'generic'],
    ])
    client.close()
  })
})
