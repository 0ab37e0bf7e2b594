import { networkInterfaces } from 'node:os'
import { expect, it } from 'vitest'
import { createSelfSigned } from '../../src/simulator/tls/self-signed.js'
import { ScriptedClient } from '../support/backend-client.js'
import { describeBackends } from '../support/backends.js'

const hasIpv6 = Object.values(networkInterfaces()).some(addresses =>
  addresses?.some(({ address }) => address === '::1'),
)

describeBackends('the endpoints of a simulator', backend => {
  it.runIf(hasIpv6)('listen on IPv6 and print as a URL', async () => {
    const { node } = await backend.simulate({ nodes: [{ host: '::1' }] })
    expect(node.url).toBe(`redis://[::1]:${node.endpoint.port}`)
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn()
    await node.notify({ type: 'moving', graceMs: 1, endpoint: node })
    expect((await client.push())[3]).toBe(`[::1]:${node.endpoint.port}`)
  })

  it('can share a port on several loopback addresses', async () => {
    const simulator = await backend.simulate()
    const { port } = simulator.node.endpoint
    const second = await simulator.addNode({ host: '127.0.0.2', port })
    const client = await ScriptedClient.connect(second.endpoint)
    expect(await client.call('PING')).toBe('PONG')
    expect([simulator.node.connections().length, second.connections().length]).toEqual([0, 1])
  })

  it('speak TLS with a certificate made for them', async () => {
    const simulator = await backend.simulate({ nodes: [{ tls: true }] })
    const { node } = simulator
    expect(node.url).toMatch(/^rediss:/)
    const client = await ScriptedClient.connect(node.endpoint, node.certificate)
    await client.optIn()
    await node.notify({ type: 'migrated' })
    expect(await client.push()).toEqual(['MIGRATED', 1, '["1"]'])
    expect(node.connections()[0]?.servername).toBe('localhost')
    node.reset()
    expect(await client.ended).toBe('reset')
  })

  it('present the names that they are given, which clients check', async () => {
    const { node } = await backend.simulate({ nodes: [{ tls: { names: ['db.example', '10.0.0.1', 'fe80::1'] } }] })
    const connecting = ScriptedClient.connect(node.endpoint, node.certificate)
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  it('present the certificate that they are given', async () => {
    const identity = await createSelfSigned(['localhost'])
    const { node } = await backend.simulate({ nodes: [{ tls: identity }] })
    const client = await ScriptedClient.connect(node.endpoint, identity.cert)
    expect(await client.call('PING')).toBe('PONG')
    expect(node.certificate).toBe(identity.cert)
  })

  it('report a port that is taken', async () => {
    const simulator = await backend.simulate()
    const adding = simulator.addNode({ port: simulator.node.endpoint.port })
    await expect(adding).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
  })

  it('show each connection as what it is', async () => {
    const { node } = await backend.simulate()
    const expected = node.nextConnection()
    const client = await ScriptedClient.connect(node.endpoint)
    const connection = await expected
    await client.optIn('none')
    await client.call('CLIENT', 'SETNAME', 'worker')
    await client.call('SELECT', 3)
    expect(connection).toMatchObject({
      open: true,
      protocol: 3,
      optedIn: 'none',
      name: 'worker',
      database: 3,
      commands: 4,
      remotePort: client.localPort,
      servername: undefined,
    })
    await client.call('RESET')
    expect(connection).toMatchObject({ protocol: 2, optedIn: false, name: '', database: 0 })
  })
})
