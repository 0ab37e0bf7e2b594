import { isDeepStrictEqual } from 'node:util'
import { assertSeams, callsOf, type Seam, seam } from '../../base/seam.js'
import { untraced } from '../../engine/link/events/owned-messages.js'
import { StandIn } from '../../engine/link/stand-in.js'
import { writeJoined } from '../../engine/session/joined-writes.js'
import { guardReplies } from '../../engine/session/reply-guard.js'
import { HOST_ERRORS, type HostModule, type HostOptions } from './host-module.js'
import {
  createHostClient,
  factoryOf,
  type HostBlock,
  type HostClient,
  type HostClientClass,
  type HostPool,
  listenForPushes,
  type MultiCommands,
  prototypeOf,
  type QueuedCommand,
  SEAM_OWNER,
} from './internals.js'
import { discard, leaveMetrics, replaceSocket } from './telemetry.js'

/** The clients on which the seams are tried. */
interface ClientSample {
  readonly module: HostModule
  /** The client as the host has made it for the application. It is not changed. */
  readonly client: HostClient
  /** Another client of its class, which is dropped afterwards. */
  readonly another: HostClient
}

const SAMPLE = { RESP: 3, database: 5, maintNotifications: 'disabled' } as const
const PATIENCE = { timeout: 60_000 }
const PUSH = Buffer.from('>1\r\n+seam\r\n')
const GARBAGE = Buffer.from('seam')

const CLIENT_SEAMS: readonly Seam<ClientSample>[] = [
  seam('errors', 'tells failures apart by their classes', ({ module }) =>
    HOST_ERRORS.every(name => typeof module[name] === 'function'),
  ),
  seam('constructor', 'makes connections of the class of the client, with options of their own', sample => {
    const { client, another } = sample
    const isOwn = another._getQueue() !== client._getQueue()
    return isOwn && another instanceof client.constructor && another.options?.database === SAMPLE.database
  }),
  seam('prototype', 'replaces members where a client and its views inherit them', ({ client }) => hasProper(client)),
  seam('_commandOptions', 'reads the options of a view', ({ another }) => {
    const { timeout } = another.withCommandOptions(PATIENCE)._commandOptions ?? {}
    return timeout === PATIENCE.timeout
  }),
  seam('_executeCommand', 'takes over typed commands, which end in `sendCommand`', ({ another }) => {
    const view = another.withCommandOptions(PATIENCE)
    const calls = callsOf(another, 'sendCommand', () => view.GET('key'))
    return isDeepStrictEqual(calls, [[['GET', 'key'], view._commandOptions]])
  }),
  seam('_executeMulti', 'takes over MULTI blocks, and learns which database they select', ({ another }) =>
    endsIn(another, '_executeMulti', block => block.exec()),
  ),
  seam('_executePipeline', 'takes over pipelines, and learns which database they select', ({ another }) =>
    endsIn(another, '_executePipeline', block => block.execAsPipeline()),
  ),
  seam('getPubSubListeners', 'subscribes, also to what is being unsubscribed from', ({ another }) => {
    const subscribe = (): QueuedCommand | undefined => {
      another.SUBSCRIBE(['seam'], () => {}, true).catch(() => {})
      return another._getQueue().extractAllCommands()[0]
    }
    const first = subscribe()
    first?.resolve()
    const known = () => another.getPubSubListeners('CHANNELS')
    Object.assign(known().get('seam') ?? {}, { unsubscribing: true })
    const isSame = first?.channelsCounter === 1 && String(first.args).toUpperCase() === 'SUBSCRIBE,SEAM'
    return isSame && subscribe()?.channelsCounter === 1 && known().delete('seam') && known().size === 0
  }),
  seam('_maintenanceUpdate', 'raises the idle timeout of a socket, and sets it back', ({ another }) => {
    another._maintenanceUpdate({ relaxedSocketTimeout: undefined, relaxedCommandTimeout: undefined })
    return true
  }),
  seam('queue.isEmpty', 'learns whether everything was answered', ({ another }) => {
    const queue = another._getQueue()
    const wasEmpty = queue.isEmpty()
    queue.addCommand(['SEAM']).catch(() => {})
    const owes = !queue.isEmpty()
    return queue.extractAllCommands().length === 1 && wasEmpty && owes
  }),
  seam('queue.extractAllCommands', 'takes out what was not written, to send it elsewhere', ({ another }) => {
    const queue = another._getQueue()
    queue.addCommand(['SEAM'], PATIENCE).catch(() => {})
    const [command] = queue.extractAllCommands()
    const isSame = String(command?.args) === 'SEAM' && queue.isEmpty()
    return isSame && typeof command?.resolve === 'function' && typeof command.reject === 'function'
  }),
  seam('queue.commandsToWrite', 'writes commands that wait in few pieces', ({ another }) => {
    const queue = another._getQueue()
    writeJoined(queue)
    for (const word of ['SEAM', 'MAES']) queue.addCommand([word]).catch(() => {})
    const isJoined = String([...queue.commandsToWrite()]) === '*1\r\n$4\r\nSEAM\r\n*1\r\n$4\r\nMAES\r\n'
    return isJoined && queue.extractAllCommands().length === 0
  }),
  seam('queue.addCommand', 'sends, and takes over what a client sends that never connects', ({ another }) => {
    const queue = another._getQueue()
    return callsOf(queue, 'addCommand', () => queue.addCommand(['SEAM'])).length === 1
  }),
  seam('queue.addPushHandler', 'hears the pushes that the host has no use for', ({ another }) => {
    const heard: unknown[] = []
    listenForPushes(another, push => heard.push(...push) > 0)
    another._getQueue().decoder.write(PUSH)
    return String(heard) === 'seam'
  }),
  seam('queue.decoder', 'hears every piece of data, and every push before the host does', ({ another }) => {
    const heard: string[] = []
    const { decoder } = another._getQueue()
    guardReplies(decoder, { onBytes: () => heard.push('bytes'), onGarbage: () => heard.push('garbage') })
    decoder.onPush = () => heard.push('push')
    decoder.write(PUSH)
    decoder.write(GARBAGE)
    return String(heard) === 'bytes,push,bytes,garbage'
  }),
  seam('_unpause', 'has written what it adds to the queue', ({ another }) => {
    another._unpause()
    return true
  }),
  seam('_ejectSocket', 'gives a client that never connects something in place of its socket', ({ another }) => {
    replaceSocket(another, new StandIn(undefined, { isOpen: true, connect: async () => {} }))
    return another.isOpen && !another.isReady
  }),
  seam('sendCommand', 'takes over what such a client sends, which ends in its queue', ({ another }) => {
    // It is open by the seam before.
    if (!another.isOpen) return true
    const calls = untraced('node-redis:command', () =>
      callsOf(another._getQueue(), 'addCommand', () => another.sendCommand(['SEAM'], PATIENCE)),
    )
    leaveMetrics(another)
    return isDeepStrictEqual(calls, [[['SEAM'], { ...another._commandOptions, ...PATIENCE }]])
  }),
]

const POOL_SEAMS: readonly Seam<HostPool>[] = [
  seam('pool.prototype', 'replaces members where a pool and its views inherit them', hasProper),
  seam('pool.execute', 'gives each command a client, which then runs there', pool => {
    const view = pool.withCommandOptions(PATIENCE)
    const [[task] = []] = callsOf(view, 'execute', () => view.GET('key'))
    const client = { _executeCommand: () => 'reply' }
    return typeof task === 'function' && task(client) === 'reply'
  }),
]

/** All that the adapter relies on inside the host, as spec/engine.md lists it. */
export const SEAMS: readonly Omit<Seam<never>, 'holds'>[] = [...CLIENT_SEAMS, ...POOL_SEAMS]

/** The options that shape the class of a client; all others are its own. */
const SHAPING = ['RESP', 'modules', 'functions', 'scripts'] as const

/** A class of clients, and the options that shape it as the host has read them: it may have modules of its own. */
export interface KnownClass {
  readonly HostClass: HostClientClass
  readonly shape: HostOptions
}

/** The class that was used last, of each host, and for which options. */
const latest = new WeakMap<HostModule, KnownClass & { readonly given: HostOptions }>()

/**
 * The class that the host makes clients of for some options. The host, which is asked by making a client, compares them at
 * length to find it again: a class has every command in it.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` naming what its clients lack, and the supported versions.
 */
export function classFor(module: HostModule, options: HostOptions): KnownClass {
  const known = latest.get(module)
  if (known !== undefined && SHAPING.every(name => known.given[name] === options[name])) return known
  const found = { given: shapeOf(options), ...classOf(module, createHostClient(module, options)) }
  latest.set(module, found)
  return found
}

/** The class of a client that the host has made to look at it, and that ends here. */
export function classOf(module: HostModule, client: HostClient): KnownClass {
  // Where its class makes no other client, the client itself is tried, which does not pass for another one.
  const another = (): HostClient => orElse(() => factoryOf(client)({ ...SAMPLE }), client)
  assertSeams(CLIENT_SEAMS, client.constructor, () => ({ module, client, another: another() }), SEAM_OWNER)
  discard(client)
  return { HostClass: client.constructor as HostClientClass, shape: shapeOf(client.options ?? {}) }
}

function shapeOf(options: HostOptions): HostOptions {
  const given = SHAPING.filter(name => options[name] !== undefined)
  return Object.fromEntries(given.map(name => [name, options[name]]))
}

/** The same for a host pool. */
export function assertPoolSupported(pool: HostPool): void {
  assertSeams(POOL_SEAMS, pool.constructor, () => pool, SEAM_OWNER)
}

function orElse<T>(act: () => T, otherwise: T): T {
  try {
    return act()
  } catch {
    return otherwise
  }
}

/** Whether the host returns an object that inherits from the client itself, as all views of it do. */
function hasProper(given: HostClient | HostPool): boolean {
  const proper = prototypeOf(given)
  const isProper = Object.hasOwn(proper, '_self') && prototypeOf(proper) === given.constructor.prototype
  return isProper && prototypeOf(given.withCommandOptions({})) === proper
}

/** Whether a view hands its blocks to one of its members, with the database that they select. */
function endsIn(another: HostClient, member: string, run: (block: HostBlock) => Promise<unknown>): boolean {
  const view = another.withCommandOptions({})
  const [[commands, database] = []] = callsOf(view, member, () => run(view.MULTI().SELECT(SAMPLE.database)))
  const [{ args } = { args: [] }] = commands as MultiCommands
  return isDeepStrictEqual(args, ['SELECT', '5']) && database === SAMPLE.database
}
