import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createCaptureServer, createReport, readCapture } from '../../src/capture/index.js'
import { createStage } from '../../src/cli/rehearsal/rehearsal-stage.js'
import { createPace, SCRIPT } from '../../src/cli/rehearsal/script.js'
import { nextEvent, openClient } from '../support/rig.js'

/** Steps of the demo, each with the event that ends it. */
const PLAYED = [
  ['migrating', 'timeouts:relaxed'],
  ['migrated', 'migrated'],
  ['moving-slow', 'handoff:completed'],
] as const

function openLogged(url: string): { readonly client: ReturnType<typeof openClient>; readonly log: string[] } {
  const client = openClient({ url, maintNotifications: { handoff: { spread: 0 } } })
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  const log: string[] = []
  client.maint.onAny(({ name }) => log.push(name))
  return { client, log }
}

it('a capture recorded from the demo gives the same events when it is replayed, and a report that is right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'demo.capture.jsonl')
  const stage = await createStage('store')
  onTestFinished(() => stage.dispose())
  const recorded = openLogged(stage.url)
  const recording = await recorded.client.maint.record(file)
  await recorded.client.connect()
  for (const [id, until] of PLAYED) {
    const told = nextEvent(recorded.client, until)
    stage.look()
    await SCRIPT.find(step => step.id === id)?.act(stage, createPace(8))
    await told
  }
  await recorded.client.close()
  await recording.stop()

  const capture = await readCapture(createReadStream(file))
  const server = await createCaptureServer(capture)
  onTestFinished(() => server.close())
  const replayed = openLogged(`redis://127.0.0.1:${server.endpoint.port}`)
  const completed = nextEvent(replayed.client, 'handoff:completed')
  await replayed.client.connect()
  await completed
  await replayed.client.close()
  expect(recorded.log).toContain('handoff:started')
  expect(replayed.log).toEqual(recorded.log)

  const page = createReport([{ name: 'demo', capture }])
  expect(page.match(/data-connection=/g)).toHaveLength(2)
  expect(page.match(/data-handoff=/g)).toHaveLength(1)
})
