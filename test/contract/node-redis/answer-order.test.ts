import { expect, it } from 'vitest'
import { describeBackends, type TestBackend } from '../../support/backends.js'
import { openClient } from '../../support/rig.js'
import { createTestName } from '../../support/test-name.js'

/** Two nodes at two addresses of one name, which leads to the first, and a client of it. */
async function startNamed(backend: TestBackend) {
  const simulator = await backend.simulate()
  const a = simulator.node
  const b = await simulator.addNode({ host: '127.0.0.2', port: a.endpoint.port })
  const name = createTestName('database.invalid', a.endpoint.host)
  const client = openClient({ socket: { host: name.host, port: a.endpoint.port, lookup: name.lookup } })
  client.on('error', () => {})
  await client.connect()
  return { a, b, name, client }
}

describeBackends('a read behind a refused write', backend => {
  it('is answered by the next server also where a later write was sent before both', async () => {
    const { a, b, name, client } = await startNamed(backend)
    await client.set('key', 'old')
    name.leadTo(b.endpoint.host)
    a.readonly()
    const answers = await Promise.all([
      client.set('key', 'new'),
      client.get('key'),
      client.asap().set('other', 'value'),
    ])
    expect(answers).toEqual(['OK', 'new', 'OK'])
  })
})
