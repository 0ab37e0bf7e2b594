import { expect, it, onTestFinished } from 'vitest'
import type { HitlessClient } from '../../../src/adapters/node-redis/index.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent, openClient } from '../../support/rig.js'

/** A lookup that leads every name to one address. */
function leadTo(address: string): never {
  const lookup = (_: string, __: object, done: (...answer: unknown[]) => void): void =>
    done(null, [{ address, family: 4 }])
  return lookup as never
}

async function move(client: HitlessClient, from: SimNode, endpoint: string) {
  const completed = nextEvent(client, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint })
  return completed
}

describeBackends('a hand-off under TLS', backend => {
  const start = async (nameOfA: string, nameOfB: string) => {
    const nodes = [{ tls: { names: [nameOfA] } }, { host: '127.0.0.2', tls: { names: [nameOfB] } }]
    const { nodes: started } = await backend.simulate({ nodes })
    const [a, b] = started as [SimNode, SimNode]
    return { a, b, ca: [a.certificate, b.certificate] as never }
  }

  it('keeps the configured name for the certificate when it moves to an address', async () => {
    const { a, b, ca } = await start('redis.example', 'redis.example')
    const client = await connectClient(a, {
      url: `rediss://redis.example:${a.endpoint.port}`,
      socket: { tls: true, ca, lookup: leadTo('127.0.0.1') },
    })
    expect(client.maint.status().capability).toMatchObject({ endpointType: 'internal-fqdn' })
    expect(await move(client, a, `127.0.0.2:${b.endpoint.port}`)).toMatchObject({ attempts: 1 })
    await client.set('key', 'value')
    await expect.poll(() => b.connections().length).toBe(1)
  })

  it('stays where it is when the target shows a certificate for another name', async () => {
    const { a, b, ca } = await start('redis.example', 'other.example')
    const client = await connectClient(a, {
      url: `rediss://127.0.0.1:${a.endpoint.port}`,
      socket: { tls: true, servername: 'redis.example', ca },
    })
    const failed = nextEvent(client, 'handoff:failed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `127.0.0.2:${b.endpoint.port}` })
    expect(await failed).toMatchObject({ error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
    expect(await client.ping()).toBe('PONG')
  })

  it.each([false, true])("checks a target's own name only where that is wanted: %s", async tlsNameFromTarget => {
    const { a, b, ca } = await start('redis.example', 'node-b.example')
    const client = await connectClient(a, {
      url: `rediss://redis.example:${a.endpoint.port}`,
      socket: {
        tls: true,
        ca,
        lookup: ((host: string, _: object, done: (...answer: unknown[]) => void) =>
          done(null, [{ address: host === 'redis.example' ? '127.0.0.1' : '127.0.0.2', family: 4 }])) as never,
      },
      maintNotifications: { handoff: { tlsNameFromTarget } },
    })
    const settled = tlsNameFromTarget ? nextEvent(client, 'handoff:completed') : nextEvent(client, 'handoff:failed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `node-b.example:${b.endpoint.port}` })
    expect(await settled).toMatchObject({ to: { endpoint: { host: 'node-b.example' } }, attempts: 1 })
    expect(await client.ping()).toBe('PONG')
  })

  it("asks the user's own check of the server's identity", async () => {
    const { a, b, ca } = await start('redis.example', 'other.example')
    const asked: string[] = []
    const checkServerIdentity = (host: string): undefined => {
      asked.push(host)
    }
    const client = await connectClient(a, {
      url: `rediss://127.0.0.1:${a.endpoint.port}`,
      socket: { tls: true, servername: 'redis.example', ca, checkServerIdentity } as never,
    })
    await move(client, a, `127.0.0.2:${b.endpoint.port}`)
    expect(asked).toEqual(['redis.example', 'redis.example'])
  })

  it.each(['the function', 'a getter'])('asks %s for renewed options of TLS at each connection', async way => {
    const { a, b } = await start('redis.example', 'redis.example')
    let trusted = a.certificate
    let asked = 0
    const renewed = (): string | undefined => {
      asked += 1
      return trusted
    }
    const plain = { tls: true, servername: 'redis.example' } as const
    const getter = Object.defineProperty({ ...plain }, 'ca', { get: renewed, enumerable: true })
    const options =
      way === 'a getter' ? { socket: getter } : { socket: plain, hitless: { tls: () => ({ ca: renewed() }) } }
    const client = await connectClient(a, { url: `rediss://127.0.0.1:${a.endpoint.port}`, ...options } as never)
    const before = asked
    trusted = b.certificate
    expect(await move(client, a, `127.0.0.2:${b.endpoint.port}`)).toMatchObject({ attempts: 1 })
    expect(await client.ping()).toBe('PONG')
    expect(asked).toBe(before + 1)
  })

  it('fails an attempt with a code where the function throws, and asks it again for the next', async () => {
    const { a } = await start('redis.example', 'redis.example')
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' })
    let isMissing = true
    const errors: unknown[] = []
    const client = openClient({
      url: `rediss://127.0.0.1:${a.endpoint.port}`,
      socket: { tls: true, servername: 'redis.example', reconnectStrategy: () => 1 },
      hitless: {
        tls: () => {
          if (!isMissing) return { ca: a.certificate }
          isMissing = false
          throw missing
        },
      },
    } as never)
    client.on('error', error => errors.push(error))
    onTestFinished(() => client.destroy())
    await client.connect()
    expect(errors).toMatchObject([{ code: 'OPTIONS_INVALID', cause: missing }])
    expect(client.maint.availability.state).toBe('available')
  })
})
