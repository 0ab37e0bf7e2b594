import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Capture, commandsIn, readCapture } from '../../../src/capture/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'window.capture.jsonl')
}

const read = (file: string): Promise<Capture> => readCapture(createReadStream(file))

describeHosts('a recording', ({ start, connect, create }) => {
  it('of a live client has its commands, its hand-off with each step, and what it told', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes
    if (a === undefined || b === undefined) throw new Error('Two nodes are needed')
    const client = await connect(a)
    const file = await newFile()
    const recording = await client.maint.record(file)
    await client.command(['SET', 'secret-key', 'secret-value'])
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const { connection } = await completed
    await client.command(['GET', 'secret-key'])
    await recording.stop()
    await client.command(['INCR', 'later'])

    const capture = await read(file)
    const opened = capture.entries.filter(({ type }) => type === 'opened')
    expect(opened).toMatchObject([
      { connection: 1, link: connection.link, id: 1 },
      { connection: 2, link: connection.link, id: 2, server: `127.0.0.1:${b.endpoint.port}` },
    ])
    const commands = commandsIn(capture).filter(({ name }) => /^(?:SET|GET|INCR)$/.test(name))
    expect(commands).toMatchObject([
      { name: 'SET', connection: 1, failed: false },
      { name: 'GET', connection: 2, failed: false },
    ])
    const steps = capture.entries.flatMap(entry => (entry.type === 'step' ? [entry.step] : []))
    expect(steps.filter(step => /^(?:dial|fence|resume|drain)$/.test(step))).toEqual([
      'dial',
      'fence',
      'resume',
      'drain',
    ])
    const told = capture.entries.flatMap(entry => (entry.type === 'event' ? [entry.name] : []))
    expect(told.filter(name => /^(?:moving|handoff:)/.test(name))).toEqual([
      'moving',
      'handoff:started',
      'handoff:completed',
    ])
    expect(await readFile(file, 'utf8')).not.toMatch(/secret/)
  })

  it('that began before the client connected has its handshake, and its end', async () => {
    const { node } = await start()
    const client = create(node)
    const file = await newFile()
    const recording = await client.maint.record(file, { what: 'the first connect', redact: false })
    await client.connect()
    await client.command(['SET', 'key', 'value'])
    client.destroy()
    await recording.stop()

    const capture = await read(file)
    const names = commandsIn(capture).map(({ name }) => name)
    expect(capture.header).toMatchObject({ what: 'the first connect', redacted: false })
    expect(names).toContain('HELLO 3')
    expect(names).toContain('CLIENT MAINT_NOTIFICATIONS')
    expect(names.at(-1)).toBe('SET')
    expect(capture.entries.filter(({ type }) => type === 'closed')).toMatchObject([{ by: 'client' }])
    expect(await readFile(file, 'utf8')).toContain('value')
  })

  it('is refused where its file cannot be opened', async () => {
    const { node } = await start()
    const client = await connect(node)
    await expect(client.maint.record('/no/such/folder/file')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
