import { describe, expect, it } from 'vitest'
import { runDoctor } from '../../../../src/cli/doctor/doctor-program.js'
import { CommandRun } from '../../../support/command-run.js'
import { bulk, type Script, startScripted } from '../../../support/scripted-server.js'

const HELLO = '%4\r\n+server\r\n+redis\r\n+version\r\n+7.4.0\r\n+proto\r\n:3\r\n+mode\r\n+standalone\r\n'
const CLUSTER = HELLO.replace('standalone', 'cluster')

/** Answers of a healthy primary, which announces nothing. */
const HEALTHY: Readonly<Record<string, string>> = {
  HELLO,
  ROLE: '*3\r\n+master\r\n:0\r\n*0\r\n',
  PING: '+PONG\r\n',
  'CLIENT MAINT_NOTIFICATIONS': '-ERR unknown subcommand\r\n',
  'INFO server': bulk('# Server\r\nos:Linux 6\r\n'),
  'INFO clients': bulk('# Clients\r\nconnected_clients:5\r\nmaxclients:100\r\n'),
  'CONFIG GET tcp-keepalive': `%1\r\n${bulk('tcp-keepalive')}${bulk('300')}`,
  'CONFIG GET timeout': `%1\r\n${bulk('timeout')}${bulk('0')}`,
}

/** What the doctor says of a server with these answers, by what it looked at. */
async function examine(answers: Readonly<Record<string, string>>, path = '', greet?: Script['greet']) {
  const known: Readonly<Record<string, string>> = { ...HEALTHY, ...answers }
  const { endpoint } = await startScripted({
    answer: words => {
      const texts = [3, 2, 1].map(count => words.slice(0, count).join(' '))
      return texts.map(text => known[text]).find(answer => answer !== undefined) ?? '+OK\r\n'
    },
    ...(greet !== undefined && { greet }),
  })
  const run = new CommandRun(runDoctor, [`${endpoint.host}:${endpoint.port}${path}`, '--json'])
  const code = await run.code
  const report = JSON.parse(run.terminal.text) as {
    readonly checks: readonly { readonly name: string; readonly status: string; readonly text: string }[]
    readonly prediction: readonly string[]
    readonly suggestions: readonly string[]
  }
  const saidOf = new Map(report.checks.map(({ name, status, text }) => [name, `${status}: ${text}`]))
  const said = (name: string): string | undefined => saidOf.get(name)
  return { code, said, ...report }
}

describe('the doctor', () => {
  it('finds nothing wrong with a healthy server', async () => {
    const { code, checks, prediction } = await examine({})
    expect({ code, odd: checks.filter(({ status }) => status === 'warning' || status === 'fault') }).toEqual({
      code: 0,
      odd: [],
    })
    expect(prediction.join()).toContain('Nothing is announced here')
  })

  it.each([
    [
      'ROLE',
      '*5\r\n+slave\r\n+10.0.0.1\r\n:6379\r\n+connected\r\n:1\r\n',
      'role',
      'warning: a replica of 10.0.0.1:6379',
    ],
    ['ROLE', '*2\r\n+sentinel\r\n*0\r\n', 'role', 'warning: a Sentinel, no database'],
    ['ROLE', '-NOPERM no\r\n', 'role', 'warning: the server does not say (NOPERM)'],
    ['ROLE', '+OK\r\n', 'role', 'warning: the server does not say (no error)'],
    ['INFO clients', '-NOPERM no\r\n', 'connections', 'note: the server does not say'],
    ['INFO clients', bulk('connected_clients:60\r\nmaxclients:100\r\n'), 'connections', 'warning: 60 of 100 in use'],
    ['CONFIG GET timeout', '-NOPERM no\r\n', 'keepalive', 'note: the server does not show its settings'],
    [
      'CONFIG GET timeout',
      `*2\r\n${bulk('timeout')}${bulk('60')}`,
      'keepalive',
      'warning: the server closes connections',
    ],
    [
      'CONFIG GET tcp-keepalive',
      `%1\r\n${bulk('tcp-keepalive')}${bulk('0')}`,
      'keepalive',
      'warning: tcp-keepalive is 0 s',
    ],
    ['CLIENT LIST', '-NOPERM no\r\n', 'rights', 'warning: the user lacks +client|list: without'],
    ['INFO server', '-NOPERM no\r\n', 'rights', 'warning: the user lacks +info: without'],
  ])('hears that %s is answered with %j', async (asked, answer, name, text) => {
    const { code, said } = await examine({ [asked]: answer })
    expect({ code, text: said(name) }).toEqual({ code: 0, text: expect.stringContaining(text) })
  })

  it.each([
    ['*1\r\n*3\r\n:0\r\n:99\r\n*2\r\n+h\r\n:1\r\n', 'fault: a cluster that covers 100 of 16384 slots', 1],
    ['*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n+h\r\n:1\r\n', 'note: a cluster of 1 primaries', 0],
    ['-NOPERM no\r\n', 'fault: a cluster that covers 0 of 16384 slots', 1],
  ])('looks at the slots %j of a cluster', async (slots, text, exit) => {
    const { code, said, suggestions } = await examine({ HELLO: CLUSTER, 'CLUSTER SLOTS': slots })
    expect({ code, text: said('cluster') }).toEqual({ code: exit, text: expect.stringContaining(text) })
    expect(suggestions).toContain('createCluster in place of createClient')
  })

  it('examines over RESP2 where there is no HELLO', async () => {
    const { code, said, prediction } = await examine({ HELLO: '-ERR unknown command\r\n' })
    expect({ code, text: said('protocol') }).toEqual({ code: 0, text: expect.stringContaining('warning: only RESP2') })
    expect(prediction.join()).toContain('as over RESP2')
  })

  it.each([
    ['-ERR unknown command\r\n', '-WRONGPASS no\r\n', 'refuses the user or the password (WRONGPASS)'],
    ['-ERR invalid password\r\n', '+OK\r\n', 'refuses the user or the password (ERR)'],
  ])('finds that HELLO is answered with %j and AUTH with %j', async (hello, auth, text) => {
    const { endpoint } = await startScripted({ answer: ([name]) => (name === 'HELLO' ? hello : auth) })
    const run = new CommandRun(runDoctor, [`redis://:pa55word@127.0.0.1:${endpoint.port}`])
    expect(await run.code).toBe(1)
    expect(run.terminal.text).toContain(text)
    expect(run.terminal.text).not.toContain('pa55word')
  })

  it('finds that there is no database of a number', async () => {
    const { code, said } = await examine({ SELECT: '-ERR DB index is out of range\r\n' }, '/99')
    expect({ code, text: said('database') }).toEqual({
      code: 1,
      text: 'fault: 99 cannot be selected (ERR DB index is out of range)',
    })
    expect((await examine({}, '/3')).said('database')).toBe('ok: 3 can be selected')
  })

  it('finds that a server has no room', async () => {
    const full = '-ERR max number of clients reached\r\n'
    const { code, said } = await examine({ HELLO: full })
    expect({ code, text: said('connections') }).toEqual({
      code: 1,
      text: expect.stringContaining('fault: the server has no room'),
    })
  })

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', /fault: .*; it may expect TLS/],
    ['hang-up', /fault: The server closed the connection; it may expect TLS/],
  ] as const)('finds that a server says %j', async (said, text) => {
    const { endpoint } = await startScripted({ answer: () => said })
    const run = new CommandRun(runDoctor, [`127.0.0.1:${endpoint.port}`, '--json'])
    expect(await run.code).toBe(1)
    const { checks } = JSON.parse(run.terminal.text) as { checks: { name: string; status: string; text: string }[] }
    const last = checks.at(-1)
    expect(`${last?.status}: ${last?.text}`).toMatch(text)
  })
})

describe('what the doctor prints', () => {
  it('is coloured by how things stand where there are colours', async () => {
    const { endpoint } = await startScripted({ answer: ([name]) => (name === 'HELLO' ? '-NOAUTH no\r\n' : undefined) })
    const lines: string[] = []
    const terminal = {
      print: (line: string) => void lines.push(line),
      complain: () => {},
      screen: undefined,
      color: true,
    }
    expect(await runDoctor([`127.0.0.1:${endpoint.port}`], { terminal })).toBe(1)
    const marks = lines.flatMap(line =>
      line.startsWith('\u001b[') ? [line.slice(2, line.indexOf(' ')).replace('\u001b', '')] : [],
    )
    expect(marks).toEqual(['36mnote[0m', '32mok[0m', '31mFAULT[0m'])
  })

  it.each([
    [[], 'The server is missing'],
    [['h:1', 'h:2'], 'One server at a time'],
  ])('is a complaint of %j', async (argv, text) => {
    const run = new CommandRun(runDoctor, argv)
    expect(await run.code).toBe(2)
    expect(run.terminal.complained.join()).toContain(text)
  })
})
