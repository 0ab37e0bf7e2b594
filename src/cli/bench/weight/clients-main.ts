import type { HostName } from '../../program/host-name.js'
import { costOf } from '../rounds.js'
import type { ClientsOrder, ClientsReport } from './messages.js'

// The program of a process of its own full of clients of one kind: what its heap and the processor hold is those clients.

/** What both kinds of clients can do. */
interface AnyClient {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  ping(): Promise<unknown>
  close(): Promise<unknown>
  destroy(): void
}

/** How clients are made with a module of each kind. Only what ours and the plain one have in common is used. */
const CREATORS: Readonly<Record<HostName, (module: unknown) => (url: string) => AnyClient>> = {
  '@redis/client': module => {
    const { createClient } = module as { createClient(options: { readonly url: string }): AnyClient }
    return url => createClient({ url })
  },
  ioredis: module => {
    const { Redis } = module as Pick<typeof import('ioredis'), 'Redis'>
    return url => {
      const redis = new Redis(url, { lazyConnect: true })
      return Object.assign(redis, { close: () => redis.quit(), destroy: () => redis.disconnect() })
    }
  },
}

const WARM_UP = 20

// Both ends of the channel are this package.
const { host, module, url, atOnce, oneByOne } = JSON.parse(process.argv[2] ?? '{}') as ClientsOrder
process.on('disconnect', () => process.exit(0))

const create = CREATORS[host](await import(module))

for (const client of await connectOneByOne(WARM_UP)) await client.close()

const bytesBefore = settledBytes()
let clients: readonly AnyClient[] = []
const costAtOnce = await costOf(async () => {
  clients = await Promise.all(Array.from({ length: atOnce }, connectOne))
})
for (const client of clients) await client.ping()
const bytes = settledBytes() - bytesBefore

if (oneByOne > 0) for (const client of clients) client.destroy()
const costOneByOne = await costOf(async () => void (await connectOneByOne(oneByOne)))
report({ type: 'connected', cost: { atOnce: costAtOnce, oneByOne: costOneByOne, bytes } })

let [lapAt, lapCpu] = [performance.now(), process.cpuUsage()]
process.on('message', () => {
  const { user, system } = process.cpuUsage(lapCpu)
  const lap = { wall: performance.now() - lapAt, cpu: (user + system) / 1_000 }
  report({ type: 'lap', lap })
  ;[lapAt, lapCpu] = [performance.now(), process.cpuUsage()]
})

async function connectOne(): Promise<AnyClient> {
  const client = create(url)
  client.on('error', () => {})
  await client.connect()
  return client
}

async function connectOneByOne(count: number): Promise<readonly AnyClient[]> {
  const connected: AnyClient[] = []
  while (connected.length < count) connected.push(await connectOne())
  return connected
}

function settledBytes(): number {
  for (let pass = 0; pass < 3; pass += 1) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function report(message: ClientsReport): void {
  if (process.connected) process.send?.(message)
}
