import type { ServerResponse } from 'node:http'
import { systemClock } from '../../base/clock.js'
import type { SimulatedDatabases } from './simulated-databases.js'

/** What somebody may leave unread before events are left out, in bytes. */
const MAX_UNREAD_BYTES = 1_048_576
/** How often a stream says that it is alive, in milliseconds. */
const BEAT_MS = 15_000

/** Sends what happens on the connections of all databases, as server-sent events, until the other side goes. */
export function sendEvents(databases: SimulatedDatabases, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (text: string): void => {
    if (response.writableLength < MAX_UNREAD_BYTES) response.write(text)
  }
  const end = databases.listen(event => send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
  let beat = systemClock.after(BEAT_MS, alive)
  function alive(): void {
    send(': alive\n\n')
    beat = systemClock.after(BEAT_MS, alive)
  }
  response.once('close', () => {
    beat.dispose()
    end()
  })
  send(': events follow\n\n')
}
