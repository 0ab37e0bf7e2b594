import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { createSimulator, MovingName } from '../../../src/simulator/index.js'

it('A name leads to one node after the other, and to none', async () => {
  const simulator = await createSimulator({ nodes: 2, sharedPort: 0 })
  const [a, b] = simulator.nodes
  if (a === undefined || b === undefined) throw new Error('There must be two nodes')
  const name = new MovingName(a)
  const { port } = a.endpoint
  const reached = async (): Promise<string | undefined> => {
    const socket = connect({ host: 'db.test', port, lookup: name.lookup, autoSelectFamily: false })
    await once(socket, 'connect')
    const { remoteAddress } = socket
    socket.destroy()
    return remoteAddress
  }
  expect(await reached()).toBe(a.endpoint.host)
  name.leadTo(b)
  expect(await reached()).toBe(b.endpoint.host)
  name.leadTo()
  await expect(reached()).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'db.test' })
  expect(name.asked).toBe(3)
  name.leadTo(b, a)
  const all = await new Promise(resolve => name.lookup('db.test', { all: true }, (_, found) => resolve(found)))
  expect(all).toEqual([b, a].map(({ endpoint: { host } }) => ({ address: host, family: 4 })))
  await simulator.dispose()
})
