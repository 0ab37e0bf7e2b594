import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ControlServer, startControl } from '../../src/cli/control/control-server.js'
import { runWatch } from '../../src/cli/watch/watch-program.js'
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.js'
import { CommandRun } from '../support/command-run.js'

/** As they are before anything is started. */
const OWN = { Request: globalThis.Request, Response: globalThis.Response }

let control: ControlServer
let clock: VirtualClock
beforeEach(async () => {
  clock = createVirtualClock()
  const scenarios = () => Promise.resolve([{ name: 'one' }])
  const listen = { host: '127.0.0.1', port: 0 }
  control = await startControl({ listen, backend: { kind: 'store' }, port: 0, scenarios, clock })
})
afterEach(() => control.close())

interface Answer {
  readonly status: number | undefined
  readonly body: { readonly action_id?: string; readonly status?: string }
}

/** Asks on a connection of its own. */
async function ask(method: 'GET' | 'POST', path: string, body = ''): Promise<IncomingMessage> {
  const asked = request({ method, path, port: control.endpoint.port, host: '127.0.0.1', agent: false })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

async function get(path: string): Promise<Answer> {
  const response = await ask('GET', path)
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

async function post(body: unknown): Promise<Answer> {
  const response = await ask('POST', '/action', typeof body === 'string' ? body : JSON.stringify(body))
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

/** Starts an action, lets time go by until it is over, and returns the report on it. */
async function act(type: string, parameters: object): Promise<unknown> {
  const { body } = await post({ type, parameters })
  return ended(body.action_id)
}

async function ended(id = ''): Promise<unknown> {
  for (;;) {
    const { body } = await get(`/action/${id}`)
    if (body.status !== 'running') return body
    clock.advanceTo(clock.now() + 500)
  }
}

interface Created {
  readonly bdb_id: number
  readonly raw_endpoints: readonly { readonly port: number }[]
}

interface Described {
  readonly triggers: readonly { readonly requirements: readonly { readonly dbconfig: object }[] }[]
}

interface Speaker {
  readonly socket: Socket
  /** What was heard since the last time, until it ends as given. */
  readonly heard: (end: RegExp) => Promise<string>
}

async function speak(port: number): Promise<Speaker> {
  const socket = connect(port, '127.0.0.1')
  let all = ''
  socket.on('data', chunk => {
    all += String(chunk)
  })
  const heard = async (end: RegExp): Promise<string> => {
    while (!end.test(all)) await once(socket, 'data')
    const taken = all
    all = ''
    return taken
  }
  return { socket, heard }
}

/** How many primaries own slots. */
async function mastersOf({ socket, heard }: Speaker): Promise<number> {
  socket.write('CLUSTER SLOTS\r\nPING\r\n')
  return new Set((await heard(/\+PONG\r\n$/)).match(/127\.0\.0\.\d+/g)).size
}

it('leaves the globals of its process alone', () => {
  expect({ Request: globalThis.Request, Response: globalThis.Response }).toEqual(OWN)
})

describe('as a fault injector', () => {
  it('answers an action with its id and nothing else, and reports on it', async () => {
    const started = await post({ type: 'create_database', parameters: { database_config: { name: 'mine' } } })
    expect(started).toEqual({ status: 200, body: { action_id: 'action-1' } })
    expect(await ended('action-1')).toMatchObject({
      action_id: 'action-1',
      status: 'success',
      error: null,
      output: { bdb_id: 2 },
    })
    expect(await get('/actions')).toMatchObject({ body: { actions: [{ job_id: 'action-1', status: 'success' }] } })
    expect(await act('delete_database', { bdb_id: '2' })).toMatchObject({ status: 'success', output: null })
    expect(Object.keys((await get('/endpoints')).body)).toEqual(['standalone'])
  })

  it('says of a port that is taken that it is unavailable', async () => {
    const config = { database_config: { name: 'again', port: control.database.port } }
    expect(await act('create_database', config)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('port_unavailable'),
    })
  })

  it('tells clients of a migration and a move, and those that come in between', async () => {
    const url = `127.0.0.1:${control.database.port}`
    const early = new CommandRun(runWatch, [url])
    await early.line(/^watching/)
    const actions = [{ type: 'migrate' }, { type: 'bind', params: {} }]
    const { body } = await post({ type: 'sequence_of_actions', parameters: { bdb_id: '1', actions } })
    await early.line(/migrating #1/)
    // Clients of this process would take it for one that they have seen.
    const late = connect(control.database.port, '127.0.0.1')
    late.write('HELLO 3\r\nCLIENT MAINT_NOTIFICATIONS ON\r\n')
    let heard = ''
    while (!heard.includes('MIGRATING')) heard += String((await once(late, 'data'))[0])
    expect(heard).toContain('+OK')
    late.destroy()
    expect(await ended(body.action_id)).toMatchObject({ status: 'success', error: null })
    await Promise.all([early.line(/migrated #2/), early.line(/moving #3: .* 127\.0\.0\.2:/)])
    await early.interrupt()
  })

  it.each([
    ['remove', 3, 2],
    ['add', 3, 4],
    ['remove-add', 3, 3],
    ['slot-shuffle', 3, 3],
  ])('announces slots that move with the effect %s, moves them, and says so', async (effect, before, after) => {
    const described = await get(`/slot-migrate?effect=${effect}`)
    const [trigger] = (described.body as unknown as Described).triggers
    const config = { ...trigger?.requirements[0]?.dbconfig, port: 0 }
    const created = (await act('create_database', { database_config: config })) as { output: Created }
    const { bdb_id: id, raw_endpoints: endpoints } = created.output
    const early = await speak(endpoints[0]?.port ?? 0)
    early.socket.write('HELLO 3\r\nCLIENT MAINT_NOTIFICATIONS ON\r\n')
    await early.heard(/\+OK\r\n$/)
    const started = await ask('POST', `/slot-migrate?effect=${effect}&bdb_id=${id}&cluster_index=0&trigger=migrate`)
    const { action_id: action } = JSON.parse(await text(started))
    expect(await early.heard(/SMIGRATING/)).toMatch(/^>3\r\n\$10\r\nSMIGRATING\r\n:1\r\n/)
    const late = await speak(endpoints[0]?.port ?? 0)
    late.socket.write('HELLO 3\r\nCLIENT MAINT_NOTIFICATIONS ON\r\n')
    expect(await late.heard(/SMIGRATING/)).toMatch(/\+OK\r\n>3\r\n\$10\r\nSMIGRATING\r\n:1\r\n/)
    expect(await mastersOf(early)).toBe(before)
    expect(await ended(action)).toMatchObject({ status: 'success', error: null })
    expect(await late.heard(/SMIGRATED/)).toMatch(/>3\r\n\$9\r\nSMIGRATED\r\n:2\r\n/)
    await early.heard(/SMIGRATED/)
    expect(await mastersOf(early)).toBe(after)
    for (const { socket } of [early, late]) socket.destroy()
  })

  it('moves no slots of a database that is no cluster, and none with an unknown effect', async () => {
    const parameters = { bdb_id: 1, effect: 'remove' }
    expect(await post({ type: 'slot_migrate', parameters })).toMatchObject({ status: 422 })
    const created = (await act('create_database', { database_config: { oss_cluster: true } })) as { output: Created }
    const wrong = { bdb_id: created.output.bdb_id, effect: 'none' }
    expect(await post({ type: 'slot_migrate', parameters: wrong })).toMatchObject({ status: 422 })
    const many = await act('create_database', { database_config: { oss_cluster: true, shards_count: 99 } })
    expect(many).toMatchObject({ status: 'failed', error: expect.stringContaining('shards_count') })
  })

  it('has databases refuse notifications, and accept them again', async () => {
    await act('update_cluster_config', { config: { client_maint_notifications: false } })
    const watch = new CommandRun(runWatch, [`127.0.0.1:${control.database.port}`])
    expect(await watch.line(/^watching/)).toContain('notifications unsupported')
    await watch.interrupt()
  })

  it.each([
    ['no JSON', 'junk', 400, 'NO_JSON'],
    ['a list', '[]', 422, 'REQUEST_INVALID'],
    ['no type', '{}', 422, 'REQUEST_INVALID'],
    ['an unknown type', '{"type":"explode"}', 422, 'REQUEST_INVALID'],
    ['parameters of a wrong type', '{"type":"migrate","parameters":7}', 422, 'REQUEST_INVALID'],
    ['a huge body', 'x'.repeat(1_100_000), 413, 'BODY_TOO_LARGE'],
  ])('refuses %s with a code', async (_, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { error: { code } } })
  })

  it.each([
    ['/action/none', 404, 'NO_SUCH_ACTION'],
    ['/none', 404, 'NO_SUCH_PATH'],
    ['/slot-migrate?effect=<', 422, 'REQUEST_INVALID'],
  ])('answers %s with %d', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { error: { code } } })
  })

  it('answers bytes that are no request with a code as well, and lives on', async () => {
    const socket = connect(control.endpoint.port, '127.0.0.1').on('error', () => {})
    const closed = new Promise(resolve => void socket.once('close', resolve))
    let answer = ''
    socket.setEncoding('utf8').on('data', piece => {
      answer += piece
    })
    socket.end(Buffer.from([0, 255, 13, 10, 13, 10]))
    await closed
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"code":"NO_REQUEST"/s)
    expect(await get('/scenarios')).toEqual({ status: 200, body: { scenarios: [{ name: 'one' }] } })
  })
})

describe('for people', () => {
  it('tells what happens as server-sent events, and counts it', async () => {
    const events = (await ask('GET', '/events')).setEncoding('utf8')
    let told = ''
    events.on('data', piece => {
      told += String(piece)
    })
    const watch = new CommandRun(runWatch, [`127.0.0.1:${control.database.port}`])
    await watch.line(/^watching/)
    while (!told.includes('event: opted-in\ndata: {')) await once(events, 'data')
    expect(await text(await ask('GET', '/metrics'))).toContain('hitless_simulator_connections{database="1",node="0"} 1')
    events.destroy()
    await watch.interrupt()
  })
})
