import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ControlServer, startControl } from '../../src/cli/control/control-server.js'

let control: ControlServer
let sockets: Socket[] = []
beforeEach(async () => {
  const listen = { host: '127.0.0.1', port: 0 }
  const scenarios = () => Promise.resolve([])
  const proxyPorts = [0, 0]
  control = await startControl({
    listen,
    backend: { kind: 'store' },
    port: 0,
    proxyPorts,
    announced: '0.0.0.0',
    scenarios,
  })
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await control.close()
})

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const asked = request({ method, path, port: control.endpoint.port, host: '127.0.0.1', agent: false })
  asked.end(sent)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) }
}

/** Connects through a proxy. What it hears is what was sent to it until now. */
async function join(index = 0): Promise<{ socket: Socket; heard: (end: string) => Promise<string> }> {
  const port = control.proxies.all()[index]?.node.endpoint.port ?? 0
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'connect')
  let all = ''
  socket.on('data', chunk => {
    all += String(chunk)
  })
  const heard = async (end: string): Promise<string> => {
    while (!all.includes(end)) await once(socket, 'data')
    const taken = all.slice(0, all.indexOf(end) + end.length)
    all = all.slice(taken.length)
    return taken
  }
  return { socket, heard }
}

async function ids(): Promise<readonly string[]> {
  const { body } = await call('GET', '/connections')
  return Object.values(body as Record<string, string[]>).flat()
}

it('passes requests on, and puts bytes between replies before it answers who asked for that', async () => {
  const { socket, heard } = await join()
  socket.write('SET k v\r\n')
  expect(await heard('\r\n')).toBe('+OK\r\n')
  const [id = ''] = await ids()
  const sent = await call('POST', '/send-to-all-clients?encoding=raw', '>1\r\n$3\r\nhey\r\n')
  expect(sent.body).toEqual({ results: [{ success: true, connectionId: id }] })
  socket.write('GET k\r\n')
  expect(await heard('$1\r\nv\r\n')).toBe('>1\r\n$3\r\nhey\r\n$1\r\nv\r\n')
})

it('takes bytes in base64 unless told otherwise, for one connection or for some', async () => {
  const [first, second] = [await join(0), await join(1)]
  first.socket.write('PING\r\n')
  second.socket.write('PING\r\n')
  await Promise.all([first.heard('\r\n'), second.heard('\r\n')])
  const [one = '', two = ''] = await ids()
  await call('POST', `/send-to-client/${two}`, Buffer.from('+two\r\n').toString('base64'))
  expect(await second.heard('\r\n')).toBe('+two\r\n')
  const { body } = await call('POST', `/send-to-clients?connectionIds=${one},99`, 'K29uZQ0K')
  expect(body).toEqual({ results: [{ success: true, connectionId: one }] })
  expect(await first.heard('\r\n')).toBe('+one\r\n')
  const missing = { success: false, error: 'Connection not found', connectionId: '99' }
  expect((await call('POST', '/send-to-client/99', '')).body).toEqual(missing)
})

it('answers requests by itself, in their place, the newest answer first', async () => {
  const { socket, heard } = await join()
  const match = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'
  const intercept = (name: string, response: string) =>
    call('POST', '/interceptors', { name, match, response, encoding: 'raw' })
  expect((await intercept('one', '+one\r\n')).body).toEqual({ success: true, name: 'one' })
  await intercept('two', '+two\r\n')
  socket.write(`SET k v\r\n${match.toLowerCase()}PING\r\n`)
  expect(await heard('+PONG\r\n')).toBe('+OK\r\n+two\r\n+PONG\r\n')
  await intercept('two', '')
  socket.write(`${match}PING\r\n`)
  expect(await heard('+PONG\r\n')).toBe('+PONG\r\n')
  await intercept('one', '+again\r\n')
  socket.write(match)
  expect(await heard('\r\n')).toBe('+again\r\n')
})

it('answers the next requests in turn, no matter who sends them, then passes them on', async () => {
  const [first, second] = [await join(0), await join(1)]
  const { body } = await call('POST', '/scenarios', { responses: ['+a\r\n', '+b\r\n'], encoding: 'raw' })
  expect(body).toEqual({ success: true, totalResponses: 2 })
  first.socket.write('GET x\r\n')
  expect(await first.heard('\r\n')).toBe('+a\r\n')
  second.socket.write('GET x\r\n')
  expect(await second.heard('\r\n')).toBe('+b\r\n')
  first.socket.write('PING\r\n')
  expect(await first.heard('\r\n')).toBe('+PONG\r\n')
})

it('shows its nodes as a cluster under the host that is announced, and lets every connection opt in', async () => {
  const { socket, heard } = await join()
  const [a, b] = control.proxies.all().map(({ node }) => node.endpoint.port)
  socket.write('CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type none\r\nCLUSTER SLOTS\r\n')
  const rows = [[0, 8_191, a] as const, [8_192, 16_383, b] as const].map(
    ([from, to, port]) =>
      `*3\r\n:${from}\r\n:${to}\r\n*3\r\n$7\r\n0.0.0.0\r\n:${port}\r\n$${`proxy-id-${port}`.length}\r\nproxy-id-${port}\r\n`,
  )
  expect(await heard(`proxy-id-${b}\r\n`)).toBe(`+OK\r\n*2\r\n${rows.join('')}`)
})

it('takes nodes in and out, and counts what goes through them', async () => {
  const target = control.database.simulator.node.endpoint
  const asked = { listenPort: 0, targetHost: target.host, targetPort: target.port }
  const { body } = await call('POST', '/nodes', asked)
  const { cfg } = body as { cfg: { listenPort: number } }
  const id = `${target.host}:${target.port}@${cfg.listenPort}`
  expect((await call('GET', '/nodes')).body).toMatchObject({ ids: expect.arrayContaining([id]) })
  const { socket, heard } = await join(2)
  socket.write('PING\r\n')
  await heard('\r\n')
  expect((await call('GET', '/stats')).body).toMatchObject({
    [id]: {
      activeConnections: 1,
      totalConnections: 1,
      connections: [{ clientAddress: '127.0.0.1', clientPort: socket.localPort, interceptors: [] }],
      globalInterceptors: [
        { name: 'cluster-simulation-interceptor', invokeCount: 1, matchCount: 0 },
        { name: 'hitless-simulation-interceptor', invokeCount: 1, matchCount: 0 },
      ],
    },
  })
  const [connection = ''] = await ids()
  const ended = once(socket, 'close')
  expect((await call('DELETE', `/connections/${connection}`)).body).toEqual({ success: true, connectionId: connection })
  await ended
  expect((await call('DELETE', `/nodes/${encodeURIComponent(id)}`)).body).toEqual({ success: true })
  expect((await call('DELETE', '/nodes/none')).body).toEqual({ success: false })
})

it.each([
  ['/nodes', {}, 400],
  ['/nodes', { listenPort: 'x', targetHost: 'a', targetPort: 1 }, 400],
  ['/interceptors', { name: 'a', match: '' }, 400],
  ['/scenarios', { responses: [] }, 400],
  ['/scenarios', 'junk', 400],
  ['/send-to-clients', '', 400],
  ['/send-to-all-clients?encoding=none', '', 400],
  ['/send-to-all-clients', 'x'.repeat(1_100_000), 413],
])('refuses %s with what makes no sense', async (path, body, status) => {
  expect(await call('POST', path, body)).toMatchObject({ status, body: { error: { code: expect.any(String) } } })
})

it('refuses a node on a port that is taken, and takes those that announce another host on this machine alone', async () => {
  const [{ node } = {}] = control.proxies.all()
  const asked = { listenPort: node?.endpoint.port, targetHost: 'localhost', targetPort: 1 }
  expect(await call('POST', '/nodes', asked)).toMatchObject({
    status: 409,
    body: { error: { code: 'PORT_UNAVAILABLE' } },
  })
  expect(control.proxies.all().map(place => [place.announced, place.node.endpoint.host])).toEqual([
    ['0.0.0.0', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
  ])
})

it('takes a body without a length, and refuses one that does not end', async () => {
  const post = async (pieces: readonly string[]) => {
    const asked = request({
      method: 'POST',
      path: '/scenarios',
      port: control.endpoint.port,
      host: '127.0.0.1',
      agent: false,
    })
    // Who is refused may be hung up on while it still writes.
    asked.on('error', () => {})
    for (const piece of pieces) asked.write(piece)
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  expect(await post(['{"responses":', '["x"]}'])).toBe(200)
  expect(await post(Array.from({ length: 20 }, () => 'x'.repeat(100_000)))).toBe(413)
})
