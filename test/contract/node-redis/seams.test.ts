import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { HostModule } from '../../../src/adapters/node-redis/host-module.js'
import { createNodeRedisAdapter, SUPPORTED_HOST_VERSIONS } from '../../../src/adapters/node-redis/index.js'
import type { HostClient, HostQueue } from '../../../src/adapters/node-redis/internals.js'
import { SEAMS } from '../../../src/adapters/node-redis/seams.js'
import { hostVersions } from '../../support/host-versions.js'

type HostClass = new (...options: readonly unknown[]) => object
type Derive = (Class: HostClass) => HostClass
type Create = (...options: readonly unknown[]) => object
type Break = (host: HostModule) => { readonly [name: string]: Create | undefined }

/** Makes what one function of a host makes, of a class derived from the host's. */
function withClass(host: HostModule, name: 'createClient' | 'createClientPool', derive: Derive): ReturnType<Break> {
  const create = host[name] as Create
  const known = new WeakMap<object, HostClass>()
  return {
    [name]: (...options: readonly unknown[]) => {
      const Class = create(...options).constructor as HostClass
      const Derived = known.get(Class) ?? derive(Class)
      known.set(Class, Derived)
      return Object.create(new Derived(...options))
    },
  }
}

/** Hands out what the host derives its clients from, instead of them. */
function withProper(functions: ReturnType<Break>): ReturnType<Break> {
  const proper = Object.entries(functions).map(([name, create]): [string, Create] => [
    name,
    (...options) => Object.getPrototypeOf(create?.(...options)),
  ])
  return Object.fromEntries(proper)
}

/** Breaks the clients of a host, the further ones of their class among them. */
function breakClients(spoil: (client: HostClient) => void): Break {
  return host =>
    withClass(
      host,
      'createClient',
      Class =>
        class extends Class {
          constructor(...options: readonly unknown[]) {
            super(...options)
            spoil(this as unknown as HostClient)
          }
        },
    )
}

function breakQueues(spoil: (queue: HostQueue) => void): Break {
  return breakClients(client => spoil(client._getQueue()))
}

/** Blocks of such clients run elsewhere. */
function breakBlocks(name: 'exec' | 'execAsPipeline'): Break {
  return breakClients(client => {
    const { MULTI } = client
    client.MULTI = function (this: HostClient) {
      return Object.assign(MULTI.call(this), { [name]: async () => [] })
    }
  })
}

/** One broken host for each seam. */
const BROKEN: Readonly<Record<string, Break>> = {
  errors: () => ({ SocketTimeoutError: undefined }),
  constructor: (host: HostModule) =>
    withClass(
      host,
      'createClient',
      Class =>
        class extends Class {
          constructor() {
            super({ maintNotifications: 'disabled' })
          }
        },
    ),
  prototype: host => withProper(withClass(host, 'createClient', Class => class extends Class {})),
  _commandOptions: breakClients(client => {
    client.withCommandOptions = () => Object.create(client)
  }),
  _executeCommand: breakClients(client => {
    client.GET = async () => 'from elsewhere'
  }),
  _executeMulti: breakBlocks('exec'),
  _executePipeline: breakBlocks('execAsPipeline'),
  getPubSubListeners: breakClients(client => {
    const { getPubSubListeners } = client
    client.getPubSubListeners = kind => new Map(getPubSubListeners.call(client, kind))
  }),
  _maintenanceUpdate: breakClients(client => Object.assign(client, { _maintenanceUpdate: undefined })),
  'queue.isEmpty': breakQueues(queue => {
    queue.isEmpty = () => true
  }),
  'queue.extractAllCommands': breakQueues(queue => {
    const { extractAllCommands } = queue
    const withoutReject = (given: object): never => ({ ...given, reject: undefined }) as never
    queue.extractAllCommands = () => extractAllCommands.call(queue).map(withoutReject)
  }),
  'queue.commandsToWrite': breakQueues(queue => {
    queue.commandsToWrite = () => []
  }),
  'queue.addCommand': breakQueues(queue => {
    Object.defineProperty(queue, 'addCommand', { value: queue.addCommand, writable: false })
  }),
  'queue.addPushHandler': breakQueues(queue => {
    queue.addPushHandler = () => {}
  }),
  'queue.decoder': breakQueues(({ decoder }) => {
    const { onPush } = decoder
    Object.defineProperty(decoder, 'onPush', { get: () => onPush, set: () => {} })
  }),
  _unpause: breakClients(client => Object.assign(client, { _unpause: undefined })),
  _ejectSocket: breakClients(client => Object.assign(client, { _ejectSocket: undefined })),
  sendCommand: host =>
    withClass(
      host,
      'createClient',
      Class =>
        class extends Class {
          async sendCommand(): Promise<string> {
            return 'from elsewhere'
          }
        },
    ),
  'pool.prototype': host => withProper(withClass(host, 'createClientPool', Class => class extends Class {})),
  'pool.execute': host =>
    withClass(
      host,
      'createClientPool',
      Class =>
        class extends Class {
          GET = async () => 'from elsewhere'
        },
    ),
}

/** What cannot hold either where a seam does not. */
const ALONG = new Map([['queue.addCommand', 'sendCommand']])

describe('the seams', () => {
  it('each have a broken host here', () => {
    expect(Object.keys(BROKEN)).toEqual(SEAMS.map(({ name }) => name))
  })

  it('are listed in spec/engine.md, each with its purpose', () => {
    const [, section = ''] = readFileSync('spec/engine.md', 'utf8').split('## The seams of `@redis/client`')
    const rows = [...section.matchAll(/^\| `(\S+)` \| (.+) \|$/gm)].map(([, name, purpose]) => ({ name, purpose }))
    expect(rows).toEqual(SEAMS.map(({ name, purpose }) => ({ name, purpose })))
  })

  it.each(['README.md', 'spec/engine.md'])('are as many as %s says', document => {
    const counts = [...readFileSync(document, 'utf8').matchAll(/(\d+) seams/g)].map(([, count]) => Number(count))
    expect(counts).toEqual([SEAMS.length])
  })
})

describe.each(hostVersions)('@redis/client $version', ({ host }) => {
  it.each(Object.entries(BROKEN))('is refused where the seam %s is broken, which is named', (name, breakSeam) => {
    const adapter = createNodeRedisAdapter({ ...host, ...breakSeam(host) } as HostModule)
    const make = name.startsWith('pool.') ? adapter.createClientPool : adapter.createClient
    const facts = {
      missing: [name, ALONG.get(name)].filter(missing => missing !== undefined),
      supported: SUPPORTED_HOST_VERSIONS,
    }
    expect(() => make({ RESP: 3 })).toThrow(
      expect.objectContaining({ code: 'HOST_UNSUPPORTED', facts, message: expect.stringContaining(name) }),
    )
  })

  it('leaves nothing to the host of a client that never connects', async () => {
    const { createClient } = createNodeRedisAdapter(host)
    const client = createClient({ RESP: 3 }) as unknown as HostClient
    const proper = Object.getPrototypeOf(client)
    const { prototype } = client.constructor
    expect(Reflect.get(prototype, 'isOpen', proper)).toBe(false)
    expect(proper._ejectSocket()).not.toBeInstanceOf(EventEmitter)
  })

  it('is tried once for each class of clients, by two more clients', () => {
    let made = 0
    const counted = breakClients(() => {
      made += 1
    })
    const { createClient } = createNodeRedisAdapter({ ...host, ...counted(host) } as HostModule)
    createClient({ RESP: 3, name: 'counted' })
    expect(made).toBe(3)
    createClient({ RESP: 3, name: 'another' })
    expect(made).toBe(4)
  })
})
