import { once } from 'node:events'
import { createServer } from 'node:net'
import * as redis from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { HostOptions } from '../../../src/adapters/node-redis/host-module.js'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import type { Lookup } from '../../../src/core/target.js'
import type { ConnectionRequest } from '../../../src/engine/connect/connection-request.js'
import { Connections } from '../../../src/engine/connect/connections.js'
import type { Connection } from '../../../src/engine/session/connection.js'
import { Session } from '../../../src/engine/session/connection-session.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends, type TestBackend } from '../../support/backends.js'
import { createContext } from '../../support/node-redis-context.js'
import { findFreePort } from '../../support/redis-server.js'
import { connectClient, nextEvent, noteEvents, openClient, startLoad } from '../../support/rig.js'

const HOST = 'redis.invalid'
const A = '127.0.0.1'
const B = '127.0.0.2'
const C = '127.0.0.3'

/** A name that leads where the test says; notes how often it is asked. */
function createName(...leadsTo: string[]) {
  const name = { leadsTo, asked: 0, lookup: ((_, __, done) => answer(done)) as Lookup }
  const answer = (done: Parameters<Lookup>[2]): void => {
    name.asked += 1
    done(
      null,
      name.leadsTo.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return name
}

/** Three nodes that listen at one port of three addresses. */
async function startNodes(backend: TestBackend, hosts = [A, B, C]): Promise<readonly [SimNode, SimNode, SimNode]> {
  const port = await findFreePort(hosts)
  const { nodes } = await backend.simulate({ nodes: hosts.map(host => ({ host, port })) })
  return nodes as [SimNode, SimNode, SimNode]
}

/** What a client needs to go to the nodes by name; typed loosely, as the host's types want tuples of families. */
function optionsFor(node: SimNode, lookup: Lookup) {
  return { url: `redis://${HOST}:${node.endpoint.port}`, socket: { lookup: lookup as never } }
}

/** Connections by name as a link has them, without a link. */
function openConnections(socket: HostOptions['socket']) {
  const context = createContext({ RESP: 3, socket: { ...socket } })
  const connections = new Connections({
    context,
    session: new Session({ context, onListenerError() {} }),
    serving: { onConnect() {}, onPush: () => true, onLost() {}, onMessage() {}, onError() {}, onHostEvent() {} },
    onCapability() {},
  })
  onTestFinished(() => connections.endAll())
  let id = 0
  const make = async (request: Partial<ConnectionRequest> = {}): Promise<Connection | undefined> => {
    id += 1
    await connections.make({ id, route: CONFIGURED, replaces: undefined, withinMs: 5_000, ...request })
    return connections.get(id)
  }
  return { connections, make, book: context.database.book }
}

describeBackends('a name with several addresses', backend => {
  it('leads past one that refuses, without an error event', async () => {
    const [a, b] = await startNodes(backend)
    a.refuse()
    const name = createName(A, B)
    const client = openClient(optionsFor(b, name.lookup))
    const events = noteEvents(client)
    await client.connect()
    await client.set('key', 'value')
    expect(events).toEqual(['connect', 'ready'])
    expect([b.connections().length, name.asked]).toEqual([1, 1])
  })

  it('is resolved again for each connection, and leads to where it points then', async () => {
    const [a, b] = await startNodes(backend)
    const name = createName(A)
    const client = await connectClient(a, optionsFor(a, name.lookup))
    name.leadsTo = [B]
    const ready = new Promise(resolve => client.once('ready', resolve))
    a.reset()
    await ready
    expect(await client.ping()).toBe('PONG')
    expect([a.connections().length, b.connections().length, name.asked]).toEqual([0, 1, 2])
  })

  it('gives one error where all refuse: that of the last one', async () => {
    const nodes = await startNodes(backend)
    for (const node of nodes) node.refuse()
    const client = openClient({
      ...optionsFor(nodes[0], createName(A, B, C).lookup),
      socket: { lookup: createName(A, B, C).lookup as never, reconnectStrategy: false },
    })
    const errors: unknown[] = []
    client.on('error', error => errors.push(error))
    await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED', address: C })
    expect(errors).toMatchObject([{ code: 'ECONNREFUSED', address: C }])
  })

  it('leads past an address of another family that refuses', async () => {
    const [a] = await startNodes(backend)
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: createName('::1', A).lookup })
    expect(await make()).toMatchObject({ address: A })
  })

  it('does not lead past a server that wants another password', async () => {
    const [a, b] = await startNodes(backend)
    a.requireCredentials({ username: 'default', password: 'secret' })
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: createName(A, B).lookup })
    await expect(make()).rejects.toThrow(/NOAUTH/)
    await expect.poll(() => a.connections().length).toBe(0)
    expect(b.totalConnections).toBe(0)
  })

  it('leads to one that did not refuse lately, while there is one', async () => {
    const [a, b, c] = await startNodes(backend)
    a.refuse()
    const name = createName(A, B)
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: name.lookup })
    await make()
    await a.accept()
    expect(await make()).toMatchObject({ address: B })
    name.leadsTo = [A]
    expect(await make()).toMatchObject({ address: A })
    expect([a.totalConnections, b.totalConnections, c.totalConnections]).toEqual([1, 2, 0])
  })

  it('leads to one that is retired, or to be avoided, only where no other is offered', async () => {
    const [a, b] = await startNodes(backend)
    const name = createName(A, B)
    const socket = { host: HOST, port: a.endpoint.port, lookup: name.lookup }
    const { make, book } = openConnections(socket)
    expect(await make({ avoid: [A] })).toMatchObject({ address: B })
    book?.markGone(A)
    expect(await make()).toMatchObject({ address: B })
    name.leadsTo = [A]
    expect(await make({ avoid: [A] })).toMatchObject({ address: A })
    expect([a.totalConnections, b.totalConnections]).toEqual([1, 2])
  })

  it('leads back to a retired one when nothing serves, not when a connection is to be replaced', async () => {
    const [a, b] = await startNodes(backend)
    b.refuse()
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: createName(A, B).lookup })
    const replaces = await make()
    await expect(make({ replaces, avoid: [A] })).rejects.toMatchObject({ code: 'ECONNREFUSED', address: B })
    expect(await make({ avoid: [A] })).toMatchObject({ address: A })
  })

  it('leads on to the primary where one is required', async () => {
    const [a, b, c] = await startNodes(backend)
    for (const replica of [a, b]) {
      replica.intercept(([command]) =>
        command?.toUpperCase() === 'ROLE' ? '*3\r\n$5\r\nslave\r\n$1\r\nx\r\n:1\r\n' : undefined,
      )
    }
    const name = createName(A, B, C)
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: name.lookup })
    const replaces = await make()
    expect(await make({ replaces, requirePrimary: true, avoid: [C] })).toMatchObject({ address: C })
    expect([a, b, c].map(node => node.totalConnections)).toEqual([2, 1, 1])
    name.leadsTo = [A, B]
    await expect(make({ replaces, requirePrimary: true })).rejects.toMatchObject({ code: 'NOT_PRIMARY' })
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([1, 0])
  })

  it('leads nowhere once the connection is given up', async () => {
    const [a] = await startNodes(backend)
    const held: (() => void)[] = []
    const lookup: Lookup = (_, __, done) => held.push(() => done(null, A, 4))
    const { make, connections } = openConnections({ host: HOST, port: a.endpoint.port, lookup })
    const given = expect(make()).rejects.toBeInstanceOf(redis.ClientClosedError)
    connections.endAll()
    for (const answer of held) answer()
    await given
    expect([held.length, a.totalConnections, [...connections]]).toEqual([1, 0, []])
  })

  it('leads past a server that accepts and does not answer', async () => {
    const [a, b] = await startNodes(backend)
    a.silent()
    const { make } = openConnections({ host: HOST, port: a.endpoint.port, lookup: createName(A, B).lookup })
    expect(await make()).toMatchObject({ address: B })
    expect([a.totalConnections, b.totalConnections]).toEqual([1, 1])
  })
})

describeBackends('a move without a target', backend => {
  it.each([
    { title: 'once the name leads elsewhere', leadsTo: [B] },
    { title: 'once it leads elsewhere as well', leadsTo: [A, B] },
  ])('goes on $title, long before the grace ends', async ({ leadsTo }) => {
    const [a, b] = await startNodes(backend)
    const name = createName(A)
    const client = await connectClient(a, optionsFor(a, name.lookup))
    const load = startLoad(client)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 60_000, endpoint: null })
    await expect.poll(() => name.asked).toBeGreaterThan(1)
    name.leadsTo = leadsTo
    expect(await completed).toMatchObject({ to: { type: 'configured' }, attempts: 1 })
    expect(await load.stop()).toMatchObject({ failures: [], stale: 0 })
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([0, 1])
  })
})

describeBackends('a lookup of another kind', backend => {
  it.each([
    { title: 'answers with one string', lookup: ((_, __, done) => done(null, A, 4)) as Lookup },
    { title: 'answers with strings', lookup: ((_, __, done) => done(null, [A] as never)) as Lookup },
    { title: 'answers later', lookup: ((_, __, done) => setImmediate(() => done(null, A, 4))) as Lookup },
  ])('serves that $title', async ({ lookup }) => {
    const [a] = await startNodes(backend)
    const client = await connectClient(a, optionsFor(a, lookup))
    expect(await client.ping()).toBe('PONG')
    expect(client.maint.status().capability).toMatchObject({ endpointType: 'internal-ip' })
  })

  it('leads on where the host asks for one address only', async () => {
    const [a] = await startNodes(backend)
    const socket = { host: HOST, port: a.endpoint.port, lookup: createName(A).lookup, autoSelectFamily: false }
    expect(await openConnections(socket).make()).toMatchObject({ address: A })
  })
})

describe('a lookup that fails', () => {
  const failure = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${HOST}`), { code: 'EAI_AGAIN' })
  const never: Lookup = () => {}
  const throws: Lookup = () => {
    throw failure
  }

  it.each([
    { title: 'with an error', lookup: ((_, __, done) => done(failure, '')) as Lookup, expected: { code: 'EAI_AGAIN' } },
    { title: 'with a throw', lookup: throws, expected: { code: 'EAI_AGAIN' } },
    { title: 'without an address', lookup: createName().lookup, expected: { code: 'ENOTFOUND' } },
    { title: 'without an answer', lookup: never, expected: { name: 'Error', message: 'Connection timeout' } },
  ])('gives its error to the caller and as one event: $title', async ({ lookup, expected }) => {
    const socket = { lookup: lookup as never, reconnectStrategy: false as const, connectTimeout: 50 }
    const client = openClient({ url: `redis://${HOST}:6379`, socket })
    const errors: unknown[] = []
    client.on('error', error => errors.push(error))
    await expect(client.connect()).rejects.toMatchObject(expected)
    expect(errors).toMatchObject([expected])
  })
})

describeBackends('a name with several addresses under TLS', backend => {
  it('leads past one that refuses and one that does not shake hands, under the configured name', async () => {
    const hosts = [A, B, C]
    const port = await findFreePort(hosts)
    const mute = createServer(socket => socket.resume()).listen(port, B)
    await once(mute, 'listening')
    onTestFinished(() => void mute.close())
    const { nodes } = await backend.simulate({ nodes: [{ host: C, port, tls: { names: [HOST] } }] })
    const [c] = nodes as [SimNode]
    const asked: string[] = []
    const checkServerIdentity = (host: string): undefined => {
      asked.push(host)
    }
    const { lookup } = createName(A, B, C)
    const socket = {
      host: HOST,
      port,
      tls: true,
      ca: c.certificate,
      lookup,
      checkServerIdentity,
      connectTimeout: 3_000,
    }
    const { make } = openConnections(socket)
    expect(await make({ withinMs: 6_000 })).toMatchObject({ address: C })
    expect(asked).toEqual([HOST])
  })

  it('does not lead past a certificate for another name', async () => {
    const port = await findFreePort([A, B])
    const { nodes } = await backend.simulate({
      nodes: [
        { host: A, port, tls: { names: ['other.invalid'] } },
        { host: B, port, tls: { names: [HOST] } },
      ],
    })
    const ca = nodes.map(node => node.certificate)
    const { make } = openConnections({ host: HOST, port, tls: true, ca, lookup: createName(A, B).lookup })
    await expect(make()).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(nodes[1]?.totalConnections).toBe(0)
  })
})
