import { connect, createServer, type Socket } from 'node:net'
import { portOf } from '../../../base/port-of.js'
import { createSimulator } from '../../../simulator/index.js'
import type { NodePlaces, PushCost } from './node-messages.js'

// The program of a process of its own with a node in front of a server, and a bare relay to the same server.

const port = Number(process.argv[2])
process.on('disconnect', () => process.exit(0))

const { node } = await createSimulator({ backend: { kind: 'server', port } })
const relay = createServer({ noDelay: true }, relayed)
relay.listen(0, '127.0.0.1', () => {
  const places: NodePlaces = { nodePort: node.endpoint.port, relayPort: portOf(relay) }
  process.send?.(places)
})
process.on('message', () => void push())

function relayed(client: Socket): void {
  const server = connect({ port, host: '127.0.0.1', noDelay: true })
  client.pipe(server).pipe(client)
  client.on('error', () => server.destroy())
  server.on('error', () => client.destroy())
}

async function push(): Promise<void> {
  const startedAt = performance.now()
  const told = await node.notify({ type: 'migrating', graceMs: 10_000, shards: ['1'] })
  const cost: PushCost = { told, ms: performance.now() - startedAt }
  process.send?.(cost)
}
