import { EventStreams } from '../../src/core/events/event-stream.js'
import type { HitlessOptions } from '../../src/core/options/hitless-options.js'
import type { MaintOptions } from '../../src/core/options/maint-options.js'
import { resolveOptions } from '../../src/core/options/resolve-options.js'
import type { Lookup, Target } from '../../src/core/target.js'
import type { Context } from '../../src/engine/database/context.js'
import { databaseKeyOf } from '../../src/engine/database/database-registry.js'
import { createContext, sharedBy } from '../../src/engine/link/client-context.js'
import { Lifecycle } from '../../src/engine/link/lifecycle.js'
import { Link } from '../../src/engine/link/link.js'
import { createMaint, type Maint } from '../../src/engine/maint/maint-status.js'
import type { ClientEvents, SendOptions, Words } from '../../src/engine/ports.js'
import type { MessageListener } from '../../src/engine/session/subscriptions/listeners.js'
import { ToyHost } from './toy-host.js'
import type { ToyOptions } from './toy-options.js'

/** What a toy client tells its user. */
export type ToyEvent = 'connected' | 'reconnecting' | 'failed' | 'terminated' | 'ended'

/** How a toy client is set up. */
export interface ToyClientOptions extends ToyOptions {
  readonly maint?: MaintOptions | undefined
  readonly hitless?: HitlessOptions | undefined
  readonly lookup?: Lookup | undefined
  readonly tell: (event: ToyEvent) => void
}

/** What the application holds: it outlives its connections. All that an adapter's client has to do is here. */
export class ToyClient {
  readonly maint: Maint
  readonly #link: Link
  readonly #lifecycle: Lifecycle

  constructor(options: ToyClientOptions) {
    const { tell } = options
    const context = contextOf(options)
    const client: ClientEvents = {
      reached() {},
      connected: () => tell('connected'),
      reconnecting: () => tell('reconnecting'),
      failed: () => tell('failed'),
      terminated: () => tell('terminated'),
      cacheDropped() {},
      hostEvent() {},
    }
    const link: Link = new Link({
      context,
      client,
      onSettled: failure => this.#lifecycle.settle(failure),
    })
    this.#link = link
    const { errors } = context.host
    const streams = new EventStreams(context.hooks)
    const onEnded = (): void => {
      streams.endAll()
      tell('ended')
    }
    this.#lifecycle = new Lifecycle({ errors, link, onEnded })
    this.maint = createMaint(context, streams, link)
  }

  connect(): Promise<unknown> {
    return this.#lifecycle.connect()
  }

  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  quit(): Promise<unknown> {
    return this.#lifecycle.quit()
  }

  destroy(): void {
    this.#lifecycle.destroy()
  }

  command(words: Words, options?: SendOptions): Promise<unknown> {
    return this.#link.dispatcher.command(words, options)
  }

  subscribe(channel: string, listener: MessageListener): Promise<void> {
    return this.#link.path.pubSub.subscribe('CHANNELS', channel, { listener, bufferMode: false })
  }

  psubscribe(pattern: string, listener: MessageListener): Promise<void> {
    return this.#link.path.pubSub.subscribe('PATTERNS', pattern, { listener, bufferMode: false })
  }

  unsubscribe(channel: string): Promise<void> {
    return this.#link.path.pubSub.unsubscribe('CHANNELS', channel)
  }
}

/** What the engine works with, made from the options of a client. */
function contextOf(options: ToyClientOptions): Context {
  const { host, port, connectTimeoutMs, lookup } = options
  const maint = resolveOptions({ maintNotifications: options.maint ?? {}, hitless: options.hitless ?? {} })
  const hints = { family: undefined, hints: undefined }
  const target: Target = { host, port, path: undefined, tls: false, connectTimeoutMs, lookup, ...hints }
  const shared = sharedBy({})
  const database = shared.databases.for(databaseKeyOf(target), { target, maint })
  return createContext({ host: new ToyHost(options, shared), target, maint, offReason: undefined, database }, shared)
}
