import type { Hono } from 'hono/tiny'
import { z } from 'zod'
import { answerInTurn, answerRequest } from '../../simulator/proxy/interceptor-chain.js'
import type { ProxyNodes, ProxyPlace } from './proxy-nodes.js'
import { type Asked, read, readJson } from './request-body.js'

const MAX_PORT = 65_535
const MAX_IDLE_MS = 86_400_000
const MOST_REPLIES = 10_000

const ENCODING = z.enum(['base64', 'raw']).default('base64')
const PORT = z.coerce.number().int().min(0).max(MAX_PORT)
const HOST = z.string().min(1).max(253)

const NODE = z.object({
  listenPort: PORT,
  targetHost: HOST,
  targetPort: PORT.min(1),
  listenHost: HOST.default('127.0.0.1'),
  timeout: z.coerce.number().min(0).max(MAX_IDLE_MS).default(0),
})

const INTERCEPTOR = z.object({
  name: z.string().min(1).max(200),
  match: z.string(),
  response: z.string(),
  encoding: z.enum(['raw', 'base64']),
})

const SCENARIO = z.object({ responses: z.array(z.string()).min(1).max(MOST_REPLIES), encoding: ENCODING })
const IDS = z.string({ error: 'connectionIds must be a list of ids' }).min(1)

/** What the proxies answer with which other clients' suites put bytes between replies. */
export function addProxyRoutes(app: Hono, proxies: ProxyNodes): void {
  addNodeRoutes(app, proxies)
  addSendRoutes(app, proxies)
  app.post('/interceptors', async c => {
    const { name, match, response, encoding } = read(INTERCEPTOR, await readJson(c))
    proxies.intercept(answerRequest(name, toBytes(match, encoding), toBytes(response, encoding)))
    return c.json({ success: true, name })
  })
  app.post('/scenarios', async c => {
    const { responses, encoding } = read(SCENARIO, await readJson(c))
    const replies = responses.map(response => toBytes(response, encoding))
    proxies.intercept(answerInTurn('scenario-interceptor', replies))
    return c.json({ success: true, totalResponses: replies.length })
  })
}

function addNodeRoutes(app: Hono, proxies: ProxyNodes): void {
  app.get('/nodes', c => c.json({ ids: proxies.all().map(({ id }) => id) }))
  app.post('/nodes', async c => {
    const { listenPort, listenHost, targetHost, targetPort, timeout } = read(NODE, await readJson(c))
    const target = { host: targetHost, port: targetPort }
    const { node } = await proxies.add({ port: listenPort, announced: listenHost, target, idleMs: timeout })
    const cfg = { listenPort: node.endpoint.port, listenHost, targetHost, targetPort, timeout }
    return c.json({ success: true, cfg })
  })
  app.delete('/nodes/:id', async c => c.json({ success: await proxies.remove(c.req.param('id')) }))
  app.get('/stats', c => c.json(byNode(proxies, statsOf)))
  app.get('/connections', c => c.json(byNode(proxies, ({ node }) => node.connections().map(({ id }) => String(id)))))
  app.delete('/connections/:id', c => {
    const connectionId = c.req.param('id')
    return c.json({ success: proxies.closeConnection(connectionId), connectionId })
  })
}

function addSendRoutes(app: Hono, proxies: ProxyNodes): void {
  app.post('/send-to-client/:id', async c => {
    const connectionId = c.req.param('id')
    const [result] = await proxies.send(await bytesIn(c), [connectionId])
    return c.json(result ?? { success: false, error: 'Connection not found', connectionId })
  })
  app.post('/send-to-clients', async c => {
    const ids = read(IDS, c.req.query('connectionIds')).split(',')
    return c.json({ results: await proxies.send(await bytesIn(c), ids) })
  })
  app.post('/send-to-all-clients', async c => c.json({ results: await proxies.send(await bytesIn(c)) }))
}

function byNode<T>(proxies: ProxyNodes, of: (place: ProxyPlace) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(proxies.all().map(place => [place.id, of(place)]))
}

function statsOf({ node }: ProxyPlace): object {
  const connections = node.connections()
  return {
    activeConnections: connections.length,
    totalConnections: node.totalConnections,
    connections: connections.map(({ id, remoteAddress, remotePort, connectedAt }) => ({
      id: String(id),
      clientAddress: remoteAddress,
      clientPort: remotePort,
      connectedAt: new Date(connectedAt).toISOString(),
      interceptors: [],
    })),
    globalInterceptors: node.interceptors.counts(),
  }
}

/** The body as it is, or what it encodes, whatever type it says that it is of. */
async function bytesIn(c: Asked): Promise<Buffer> {
  const encoding = read(ENCODING, c.req.query('encoding'))
  const body = Buffer.from(await c.req.arrayBuffer())
  return encoding === 'raw' ? body : Buffer.from(body.toString('latin1'), 'base64')
}

function toBytes(text: string, encoding: 'base64' | 'raw'): Buffer {
  return Buffer.from(text, encoding === 'raw' ? 'latin1' : 'base64')
}
