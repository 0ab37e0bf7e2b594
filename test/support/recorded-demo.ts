import { createReadStream } from 'node:fs'
import { createClient, type HitlessClient } from '../../src/adapters/node-redis/index.js'
import { type Capture, readCapture } from '../../src/capture/index.js'
import { createStage } from '../../src/cli/rehearsal/rehearsal-stage.js'
import { createPace, SCRIPT } from '../../src/cli/rehearsal/script.js'
import { nextEvent } from './rig.js'

/** Steps of the demo, each with the event that ends it. */
const PLAYED = [
  ['migrating', 'timeouts:relaxed'],
  ['migrated', 'migrated'],
  ['moving-slow', 'handoff:completed'],
] as const

/** What a client told while it was recorded, and the capture of it. */
export interface RecordedDemo {
  readonly log: readonly string[]
  readonly capture: Capture
}

/** A client that hands off at once, and writes the names of its events down. */
export function openLogged(url: string): { readonly client: HitlessClient; readonly log: string[] } {
  const client: HitlessClient = createClient({ url, maintNotifications: { handoff: { spread: 0 } } })
  client.on('error', () => {})
  const log: string[] = []
  client.maint.onAny(({ name }) => log.push(name))
  return { client, log }
}

/** Plays steps of the demo to a client that records itself, and has a file of it written. */
export async function recordDemo(file: string): Promise<RecordedDemo> {
  const stage = await createStage('store')
  const { client, log } = openLogged(stage.url)
  try {
    const recording = await client.maint.record(file)
    await client.connect()
    for (const [id, until] of PLAYED) {
      const told = nextEvent(client, until)
      stage.look()
      await SCRIPT.find(step => step.id === id)?.act(stage, createPace(8))
      await told
      await client.incr('counter')
    }
    await client.close()
    await recording.stop()
    return { log, capture: await readCapture(createReadStream(file)) }
  } finally {
    if (client.isOpen) client.destroy()
    await stage.dispose()
  }
}
