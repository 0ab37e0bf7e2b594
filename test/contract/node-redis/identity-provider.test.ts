import { ConnectionTimeoutError } from '@redis/client'
import { expect, it } from 'vitest'
import { createDeferred } from '../../../src/base/deferred.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, openClient } from '../../support/rig.js'

type Given = Parameters<typeof openClient>[0]

const provider = (credentials: () => Promise<unknown>): Given =>
  ({ credentialsProvider: { type: 'async-credentials-provider', credentials } }) as Given

describeBackends('the identity provider of one client', backend => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT'])(
    'fails with %s: its client is told, and nobody takes it for an outage',
    async code => {
      const { node } = await backend.simulate()
      const another = await connectClient(node)
      const outages: string[] = []
      another.maint.on('availability:changed', ({ state }) => outages.push(state))
      const error = Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' })
      const client = openClient({ url: node.url, ...provider(() => Promise.reject(error)) })
      // Without a listener `connect` rejects with the first failure, as with the host.
      await expect(client.connect()).rejects.toBe(error)
      expect([outages, another.maint.availability.state]).toEqual([[], 'available'])
      const newcomer = await connectClient(node)
      expect(await newcomer.ping()).toBe('PONG')
    },
  )

  it('hangs: its client waits for the connect timeout, and others connect meanwhile', async () => {
    const { node } = await backend.simulate()
    const asked = createDeferred<void>()
    const socket = { host: node.endpoint.host, port: node.endpoint.port, connectTimeout: 300 }
    const credentials = (): Promise<unknown> => {
      asked.resolve()
      return new Promise(() => {})
    }
    const client = openClient({ socket, ...provider(credentials) } as Given)
    const failed = expect(client.connect()).rejects.toThrow(ConnectionTimeoutError)
    await asked.promise
    const newcomer = await connectClient(node)
    expect(await newcomer.ping()).toBe('PONG')
    await failed
    expect(newcomer.maint.availability.state).toBe('available')
  })

  it('is asked once for each connection', async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new RangeError('two nodes')
    let asked = 0
    const credentials = async (): Promise<object> => {
      asked += 1
      return {}
    }
    const client = await connectClient(a, provider(credentials))
    expect(asked).toBe(1)
    const completed = client.maint.once('handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    expect(asked).toBe(2)
  })
})

describeBackends('a server that accepts and answers nothing', backend => {
  it('costs the connect timeout, with the error of the host', async () => {
    const { node } = await backend.simulate()
    node.silent()
    const socket = { host: node.endpoint.host, port: node.endpoint.port, connectTimeout: 200 }
    await expect(openClient({ socket }).connect()).rejects.toThrow(ConnectionTimeoutError)
  })
})
