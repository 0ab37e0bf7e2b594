import { createClient, type RedisClientType } from '@redis/client'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { isReadCommand } from '../../../src/core/commands/read-commands.js'
import { classifyReplies, classifyReply } from '../../../src/core/replies/reply-kind.js'
import {
  describeWithRedisServer,
  findFreePort,
  type RedisServer,
  startRedisServer,
} from '../../support/redis-server.js'

const HOST = '127.0.0.1'

/** Nothing listens there: who is its replica stays one, and never hears from it. */
const NOWHERE = [HOST, '1'] as const

const LIBRARY = `#!lua name=kinds
redis.register_function('write', function(keys) return redis.call('set', keys[1], 'x') end)
redis.register_function{function_name='mayread', flags={'allow-stale'},
  callback=function(keys) return redis.call('set', keys[1], 'x') end}`

const WRITE = "return redis.call('set', KEYS[1], 'x')"

/** What a promise fails with; fails the test where it does not. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => expect.fail(`It gave ${String(value)}`),
    error => error,
  )
}

describeWithRedisServer('what a real server answers', () => {
  let server: RedisServer
  let control: RedisClientType

  const connect = async (RESP: 2 | 3 = 3): Promise<RedisClientType> => {
    const client = createClient({ RESP, socket: { host: HOST, port: server.port, reconnectStrategy: false } })
    client.on('error', () => {})
    onTestFinished(() => client.destroy())
    await client.connect()
    return client as unknown as RedisClientType
  }

  const demote = (): Promise<unknown> => control.sendCommand(['REPLICAOF', ...NOWHERE])
  const promote = (): Promise<unknown> => control.sendCommand(['REPLICAOF', 'NO', 'ONE'])

  beforeAll(async () => {
    server = await startRedisServer({ host: HOST, port: await findFreePort([HOST]) })
    control = createClient({ socket: { host: HOST, port: server.port } }) as unknown as RedisClientType
    control.on('error', () => {})
    await control.connect()
    await control.sendCommand(['FUNCTION', 'LOAD', LIBRARY])
  })

  afterEach(async () => {
    await control.sendCommand(['CONFIG', 'SET', 'replica-serve-stale-data', 'yes'])
    await promote()
  })

  afterAll(async () => {
    control?.destroy()
    await server?.kill()
  })

  it.each([2, 3] as const)('to writes, as a replica, in RESP%i', async RESP => {
    const client = await connect(RESP)
    await demote()
    const refused = { kind: 'read-only', scope: 'command' }
    expect(classifyReply(await failureOf(client.set('key', 'x')))).toEqual(refused)
    expect(classifyReply(await failureOf(client.blPop('list', 0)))).toEqual(refused)
    expect(await client.get('key')).toBeNull()
  })

  it.each([
    ['a script', ['EVAL', WRITE, '1', 'key'], 'script'],
    ['a script that says what it does', ['EVAL', `#!lua\n${WRITE}`, '1', 'key'], 'command'],
    ['a script that throws again', ['EVAL', `local e = redis.pcall('set', 'key', 'x'); error(e)`, '0'], 'script'],
    [
      'a script that throws the text',
      ['EVAL', `local e = redis.pcall('set', 'key', 'x'); error(e.err)`, '0'],
      'script',
    ],
    ['a script that returns the error', ['EVAL', `return redis.pcall('set', KEYS[1], 'x')`, '1', 'key'], 'command'],
    ['a function', ['FCALL', 'write', '1', 'key'], 'command'],
    ['a function that may see stale data', ['FCALL', 'mayread', '1', 'key'], 'command'],
  ])('to %s that writes, as a replica', async (_, args, scope) => {
    const client = await connect()
    await demote()
    expect(classifyReply(await failureOf(client.sendCommand(args)))).toEqual({ kind: 'read-only', scope })
  })

  it('to a MULTI block that was queued on a replica', async () => {
    const client = await connect()
    await demote()
    const block = client.multi().get('key').set('key', 'x').get('key').exec()
    expect(classifyReply(await failureOf(block))).toEqual({ kind: 'read-only', scope: 'command' })
    const words = [['MULTI'], ['GET', 'key'], ['SET', 'key', 'x'], ['EXEC']]
    const replies = await Promise.all(words.map(args => client.sendCommand(args).catch(error => error)))
    expect(classifyReplies(replies)).toEqual({ kind: 'read-only', scope: 'transaction', indexes: [2] })
    expect(classifyReply(replies.at(-1))).toBeUndefined()
  })

  it('to a MULTI block that was queued before it became a replica', async () => {
    const client = await connect()
    await client.sendCommand(['MULTI'])
    await client.sendCommand(['SET', 'key', 'x'])
    await demote()
    const failure = await failureOf(client.sendCommand(['EXEC']))
    expect(classifyReply(failure)).toEqual({ kind: 'read-only', scope: 'transaction' })
  })

  it('to a MULTI block with a script that writes, as a replica', async () => {
    const client = await connect()
    await demote()
    const failure = await failureOf(
      client
        .multi()
        .eval(WRITE, { keys: ['key'] })
        .get('key')
        .exec(),
    )
    expect(classifyReply(failure)).toEqual({ kind: 'read-only', scope: 'script', indexes: [0] })
  })

  it('to a blocking command, when it becomes a replica, and closes the connection', async () => {
    const client = await connect()
    const ended = new Promise<unknown>(resolve => client.once('error', resolve))
    const item = failureOf(client.blPop('list', 0))
    // The answer to another command of this connection would wait; that of another one tells that it blocks.
    while (!(await control.sendCommand(['INFO', 'clients'])).toString().includes('blocked_clients:1'));
    await demote()
    expect(classifyReply(await item)).toEqual({ kind: 'unblocked', scope: 'command' })
    expect(await ended).toMatchObject({ message: 'Socket closed unexpectedly' })
  })

  it('to anything, as a replica that lost its primary and serves no stale data', async () => {
    const client = await connect()
    await control.sendCommand(['CONFIG', 'SET', 'replica-serve-stale-data', 'no'])
    await demote()
    const refused = { kind: 'master-down', scope: 'command' }
    expect(classifyReply(await failureOf(client.get('key')))).toEqual(refused)
    const script = client.sendCommand(['EVAL', "return redis.call('get', KEYS[1])", '1', 'key'])
    expect(classifyReply(await failureOf(script))).toEqual(refused)
    expect(classifyReply(await failureOf(client.multi().get('key').exec()))).toEqual(refused)
  })

  it('to commands that are forbidden, wrong or ended by somebody is none of it', async () => {
    const client = await connect()
    await control.sendCommand(['ACL', 'SETUSER', 'reader', 'on', 'nopass', '~*', '+@all', '-@write'])
    onTestFinished(async () => void (await control.sendCommand(['ACL', 'DELUSER', 'reader'])))
    await client.set('text', 'READONLY')
    const blocked = await connect()
    const item = failureOf(blocked.blPop('list', 0))
    while (Number(await control.sendCommand(['CLIENT', 'UNBLOCK', String(await idOf(control)), 'ERROR'])) === 0);
    const failures = [
      await failureOf(client.sendCommand(['READONLY', "You can't write against a read only replica."])),
      await failureOf(client.sendCommand(['NO', "READONLY You can't write against a read only replica."])),
      await failureOf(client.lPush('text', 'x')),
      await failureOf(client.sendCommand(['EVAL_RO', WRITE, '1', 'key'])),
      await failureOf(client.sendCommand(['EVAL', "error('READONLY for now')", '0'])),
      await item,
    ]
    await client.sendCommand(['AUTH', 'reader', 'any'])
    failures.push(await failureOf(client.set('text', 'x')))
    expect(failures.map(classifyReply)).toEqual(failures.map(() => undefined))
  })

  it('about its commands agrees with those that are taken for reads', async () => {
    const commands = describeCommands((await control.sendCommand(['COMMAND'])) as unknown as readonly CommandInfo[])
    const ours = commands.filter(({ words }) => isReadCommand(words))
    const wrong = ours.filter(({ flags }) => !flags.includes('readonly') || flags.includes('blocking'))
    // Four read no data; XREAD blocks where it is told to, and is no read then.
    expect(wrong.map(({ words }) => words.join(' ')).toSorted()).toEqual(['echo', 'info', 'ping', 'time', 'xread'])
    const missed = commands.filter(({ words, flags }) => flags.includes('readonly') && !isReadCommand(words))
    const names = missed.map(({ words }) => words.join(' '))
    // Nothing is left out but commands of modules, which have a dot, and what is too new.
    expect(names.filter(name => !name.includes('.') && !NEWER.has(name))).toEqual([])
  })
})

/** Flagged `readonly` by servers since 8.8, and not known well enough to be sent twice. */
const NEWER: ReadonlySet<string> = new Set(['arnext', 'arop'])

type CommandInfo = readonly unknown[]

interface Described {
  readonly words: readonly string[]
  readonly flags: readonly string[]
}

/** Subcommands stand in the tenth field; their names are `container|subcommand`. */
function describeCommands(infos: readonly CommandInfo[]): readonly Described[] {
  return infos.flatMap(info => {
    const flags = [...(info[2] as Iterable<unknown>)].map(String)
    const below = describeCommands((info[9] ?? []) as readonly CommandInfo[])
    return [{ words: String(info[0]).split('|'), flags }, ...below]
  })
}

/** The number of the one connection that blocks, or 0. */
async function idOf(control: RedisClientType): Promise<number> {
  const list = String(await control.sendCommand(['CLIENT', 'LIST']))
  return Number(/^id=(\d+) .*\bflags=\S*b/m.exec(list)?.[1] ?? 0)
}
