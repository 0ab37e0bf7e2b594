import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { printEndpoint } from '../../base/endpoint.js'
import { STEP_NAMES, type StepName } from '../../capture/format/capture.js'
import { CaptureWriter } from '../../capture/record/capture-writer.js'
import { ConnectionRecorder } from '../../capture/record/connection-recorder.js'
import { maskEvent } from '../../capture/redaction/mask-event.js'
import type { Effect } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { Untap } from '../../wire/stream-tap.js'
import type { Context } from '../database/context.js'
import type { Link } from '../link/link.js'
import { UNBOUNDED } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type LinkRecorder, type RecordedLink, recorders } from '../session/recorders.js'
import { markedTap } from './marked-tap.js'
import type { Recording, RecordOptions } from './recording-types.js'

/** Whose connections are recorded. */
export interface RecordedClient {
  readonly hooks: Pick<Hooks, 'onAny'>
  /** The links as they are now: a pool makes further ones. */
  readonly links: () => readonly Link[]
}

const RECORDED: ReadonlySet<string> = new Set(STEP_NAMES)

/** Records a client, pool or cluster: see {@link Recording}. Rejects where the file cannot be opened. */
export async function startRecording(
  client: RecordedClient,
  file: string,
  { what, ...options }: RecordOptions = {},
): Promise<Recording> {
  const sink = createWriteStream(file)
  await once(sink, 'open')
  const writer = new CaptureWriter(sink, { ...options, what: what ?? describe(client.links()) })
  return new ClientRecorder(client, writer)
}

function describe([first]: readonly Link[]): string {
  if (first === undefined) return 'a client'
  const { host, port, path } = first.context.target
  return `client of ${path ?? printEndpoint({ host: host ?? 'localhost', port })}`
}

/** One connection that is recorded. */
interface Recorded {
  readonly recorder: ConnectionRecorder
  readonly untap: Untap
}

class ClientRecorder implements Recording, LinkRecorder {
  readonly #client: RecordedClient
  readonly #writer: CaptureWriter
  readonly #unsubscribe: () => void
  readonly #recorded = new Map<Connection, Recorded>()
  #connections = 0

  constructor(client: RecordedClient, writer: CaptureWriter) {
    this.#client = client
    this.#writer = writer
    this.#unsubscribe = client.hooks.onAny(({ name, payload }) => {
      const shown = writer.header.redacted ? maskEvent(payload) : payload
      writer.add({ type: 'event', name, payload: shown })
    })
    for (const { connections, context } of client.links())
      for (const connection of connections) if (connection.isReady) this.#join(connection, context)
    recorders.add(this)
  }

  get connections(): number {
    return this.#connections
  }

  get bytes(): number {
    return this.#writer.written
  }

  get error(): unknown {
    return this.#writer.error
  }

  stop(): Promise<void> {
    recorders.delete(this)
    this.#unsubscribe()
    for (const connection of [...this.#recorded.keys()]) this.#release(connection)
    return this.#writer.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  made(connection: Connection, context: Context): void {
    if (!this.#isOurs(context)) return
    const recorder = this.#open(connection, context)
    const untap = connection.physical.tap({
      sent: bytes => recorder.data('client', Buffer.from(bytes)),
      received: bytes => recorder.data('server', Buffer.from(bytes)),
    })
    this.#recorded.set(connection, { recorder, untap })
  }

  ended(connection: Connection, by: 'client' | 'server'): void {
    this.#recorded.get(connection)?.recorder.closed(by)
    this.#release(connection)
  }

  performs(effect: Effect, link: RecordedLink): void {
    if (!RECORDED.has(effect.type) || !this.#isOurs(link.context)) return
    const id = 'next' in effect ? effect.next : 'connection' in effect ? effect.connection : undefined
    const { waiting } = link.dispatcher
    this.#writer.add({
      type: 'step',
      link: link.context.tell.link,
      step: effect.type as StepName,
      ...(id !== undefined && { id }),
      waiting,
    })
  }

  /**
   * Begins with a connection in use. What is on its way may begin in the middle of an answer, so it is recorded from behind the
   * answer to a `PING` of its own; not at all where that would become a part of what the application has begun.
   */
  #join(connection: Connection, context: Context): void {
    if (connection.isReserved) return
    const recorder = this.#open(connection, context)
    const mark = randomUUID()
    const untap = connection.physical.tap(markedTap(mark, (from, bytes) => recorder.data(from, bytes)))
    this.#recorded.set(connection, { recorder, untap })
    connection.send(['PING', mark], UNBOUNDED).catch(() => {})
  }

  #open(connection: Connection, { tell }: Context): ConnectionRecorder {
    this.#connections += 1
    const known = { link: tell.link, id: connection.id }
    return new ConnectionRecorder(this.#writer, printEndpoint(connection.reached), known)
  }

  #release(connection: Connection): void {
    this.#recorded.get(connection)?.untap()
    this.#recorded.delete(connection)
  }

  #isOurs(context: Context): boolean {
    return this.#client.links().some(link => link.context === context)
  }
}
