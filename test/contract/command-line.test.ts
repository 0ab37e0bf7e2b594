import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runDoctor } from '../../src/cli/doctor/doctor-program.js'
import { runRecord } from '../../src/cli/record/record-program.js'
import { runReplay } from '../../src/cli/replay/replay-program.js'
import { runSimulator } from '../../src/cli/stage/simulate-program.js'
import { runWatch } from '../../src/cli/watch/watch-program.js'
import { createSimulator, type NodeOptions, type Simulator } from '../../src/simulator/index.js'
import { CommandRun } from '../support/command-run.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-line-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let simulator: Simulator
afterEach(() => simulator?.dispose())

async function start(...nodes: readonly NodeOptions[]): Promise<string> {
  simulator = await createSimulator({ nodes })
  return simulator.node.url
}

/** What the doctor found out, by what it looked at. */
async function examine(url: string) {
  const run = new CommandRun(runDoctor, [url, '--json'])
  const code = await run.code
  const { checks } = JSON.parse(run.terminal.text) as {
    checks: readonly { name: string; status: string; text: string }[]
  }
  return {
    code,
    text: run.terminal.text,
    found: Object.fromEntries(checks.map(({ name, status }) => [name, status])),
    checks,
  }
}

describe('doctor', () => {
  it('says of a server that announces how it stands', async () => {
    const { code, found, checks } = await examine(await start({}))
    expect(code).toBe(0)
    expect(found).toMatchObject({ DNS: 'note', connection: 'ok', protocol: 'ok', role: 'ok', notifications: 'ok' })
    expect(checks.find(({ name }) => name === 'notifications')?.text).toContain('internal-ip is asked for')
  })

  it('says of one that does not announce that nothing is', async () => {
    const url = await start({})
    simulator.node.maintSupport('unknown-subcommand')
    simulator.node.readonly()
    expect(await examine(url)).toMatchObject({ code: 0, found: { notifications: 'note', role: 'warning' } })
  })

  it('finds a dead port', async () => {
    const url = await start({})
    simulator.node.refuse()
    const { code, checks } = await examine(url)
    expect(code).toBe(1)
    expect(checks.at(-1)).toMatchObject({
      name: 'connection',
      status: 'fault',
      text: expect.stringContaining('nothing listens'),
    })
  })

  it.each([
    ['a wrong password', 'wr0ng', 'the server refuses the user or the password (WRONGPASS)'],
    ['no password', undefined, 'the server asks for a password'],
  ])('finds %s, and prints none', async (_, password, text) => {
    const url = await start({ password: 'pa55word' })
    const {
      code,
      checks,
      text: printed,
    } = await examine(password === undefined ? url : url.replace('//', `//:${password}@`))
    expect(code).toBe(1)
    expect(checks.at(-1)).toMatchObject({ name: 'credentials', status: 'fault', text: expect.stringContaining(text) })
    expect(printed).not.toMatch(/wr0ng|pa55word/)
  })

  it('finds a certificate for another name, and sends no password there', async () => {
    const url = await start({ tls: { names: ['redis.example'] }, password: 'pa55word' })
    const { code, checks } = await examine(url.replace('//', '//:pa55word@'))
    expect(code).toBe(1)
    expect(checks.at(-1)).toMatchObject({
      name: 'TLS',
      status: 'fault',
      text: expect.stringContaining('redis.example'),
    })
    expect(simulator.node.connections().every(({ commands }) => commands === 0)).toBe(true)
  })
})

describe('watch', () => {
  const watchOnce = async (url: string) => {
    const run = new CommandRun(runWatch, [url])
    return {
      code: await run.code,
      said: run.terminal.complained.join(),
      all: [run.terminal.text, run.terminal.complained].join(),
    }
  }

  it('says of a dead port what the doctor says', async () => {
    const url = await start({})
    simulator.node.refuse()
    expect(await watchOnce(url)).toMatchObject({
      code: 1,
      said: expect.stringContaining('nothing listens at redis://'),
    })
  })

  it.each([
    ['a wrong password', 'wr0ng', 'refuses the user or the password (WRONGPASS)'],
    ['no password', undefined, 'asks for a password, and none was given'],
  ])('names %s, and prints none', async (_, password, text) => {
    const url = await start({ password: 'pa55word' })
    const { code, said, all } = await watchOnce(password === undefined ? url : url.replace('//', `//:${password}@`))
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(text) })
    expect(all).not.toMatch(/wr0ng|pa55word/)
  })

  it('trusts no certificate that nobody vouches for', async () => {
    const { code, said } = await watchOnce(await start({ tls: { names: ['redis.example'] } }))
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/the certificate of rediss:.* is /) })
  })
})

describe('what was recorded', () => {
  /** The events that a watching client tells, by name. */
  async function watchWindow(url: string, until: RegExp, ...argv: readonly string[]) {
    const watch = new CommandRun(runWatch, [url, ...argv])
    return { watch, code: watch.line(until).then(() => watch.interrupt()) }
  }

  /** The names of the events that were told, but for that of the handshake: played fast, pushes come before it is over. */
  const namesIn = (lines: readonly string[]): readonly string[] =>
    lines
      .flatMap(line => /^\d\d:\S+ {2}(?:#\d+ {2})?([a-z-]+(?::[a-z]+)?)/.exec(line)?.[1] ?? [])
      .filter(name => name !== 'capability:changed')

  it('is told again when it is replayed, event by event', async () => {
    const file = join(folder, 'watched.jsonl')
    const url = await start({})
    const { watch, code } = await watchWindow(url, / migrated #2/, '--record', file)
    await watch.line(/^watching/)
    await simulator.notify({ type: 'migrating', graceMs: 1_000 })
    await simulator.notify({ type: 'migrated' })
    expect(await code).toBe(0)

    const replay = new CommandRun(runReplay, [file, '--speed', '100', '--json'])
    const { listening } = JSON.parse(await replay.line(/listening/)) as { listening: { port: number } }
    const again = await watchWindow(`127.0.0.1:${listening.port}`, / migrated #2/)
    expect(await again.code).toBe(0)
    expect(await replay.interrupt()).toBe(0)
    expect(namesIn(again.watch.terminal.printed)).toEqual(namesIn(watch.terminal.printed))
    expect(namesIn(watch.terminal.printed)).toContain('timeouts:relaxed')
  })

  it('goes through a proxy as it is, and is masked in the file', async () => {
    const file = join(folder, 'proxied.jsonl')
    const url = await start({ password: 'pa55word' })
    const record = new CommandRun(runRecord, [url, '-o', file, '--json'])
    const { listening } = JSON.parse(await record.line(/listening/)) as { listening: { port: number } }
    const { watch, code } = await watchWindow(`redis://:pa55word@127.0.0.1:${listening.port}`, / moving /)
    await watch.line(/^watching/)
    await simulator.node.notify({ type: 'moving', graceMs: 15_000, endpoint: null })
    expect(await code).toBe(0)
    expect(await record.interrupt()).toBe(0)
    const text = await readFile(file, 'utf8')
    expect(text).toContain('MOVING')
    expect(text).not.toContain('pa55word')
  })
})

describe('simulate', () => {
  it('plays a scenario to everyone who connects', async () => {
    const run = new CommandRun(runSimulator, ['double-announcement', '--speed', '100', '--exit', '--json'])
    const { nodes } = JSON.parse(await run.line(/"nodes"/)) as { nodes: readonly { port: number }[] }
    const watch = new CommandRun(runWatch, [`127.0.0.1:${nodes[0]?.port}`, '--json'])
    expect(await run.code).toBe(0)
    await watch.line(/"event":"moving"/)
    await watch.interrupt()
    expect(run.terminal.printed.map(line => JSON.parse(line)).filter(({ do: does }) => does === 'notify')).not.toEqual(
      [],
    )
  })

  it('announces what it is told, and says what it does not understand', async () => {
    const run = new CommandRun(runSimulator, ['--nodes', '2', '--exit'], ['moving 15 b', 'refuse z', 'dance', 'heal b'])
    expect(await run.code).toBe(0)
    const { printed, complained } = run.terminal
    expect(printed.join('\n')).toMatch(/a announces moving to b within 15 s\n.*b is from now on serving/s)
    expect(complained).toEqual([
      expect.stringContaining('There is no node "z"'),
      expect.stringContaining('What is "dance"?'),
    ])
  })

  it('ends without a complaint where it is interrupted before a client came', async () => {
    const run = new CommandRun(runSimulator, ['double-announcement'])
    await run.line(/connect a client to/)
    expect(await run.interrupt()).toBe(0)
    expect(run.terminal.complained).toEqual([])
  })

  it('names what may be meant where there is no such scenario', async () => {
    const run = new CommandRun(runSimulator, ['dead-targt'])
    expect(await run.code).toBe(1)
    expect(run.terminal.complained.join('\n')).toContain('did you mean dead-target?')
  })
})
