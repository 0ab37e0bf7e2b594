import type { MemberCheckout } from '../../../engine/connect/checkout.js'
import { type SharedEvents, shareEvents } from '../../../engine/link/events/shared-events.js'
import type { Link } from '../../../engine/link/link.js'
import { Pool } from '../../../engine/pool/pool.js'
import { PoolOpening } from '../../../engine/pool/pool-opening.js'
import { type Application, connectionsByNode, type Which } from '../application.js'
import type { CallStep } from '../call-steps.js'
import type { PoolEnd, ScenarioPool } from '../ends.js'
import { messageOf } from '../places.js'
import type { WishStep } from '../scenario.js'
import { type ModelParts, type Surroundings, surround } from '../surroundings.js'
import { ModelClient } from './model-client.js'
import type { ModelConnection } from './model-connection.js'

/** A task that keeps a client. */
interface Task {
  readonly client: ModelClient
  readonly end: () => void
}

/** The real pool of the engine, with clients in the modelled world. */
export class ModelPool implements Application {
  readonly host: Surroundings['host']
  readonly calls: Surroundings['calls']
  readonly #parts: ModelParts
  readonly #surroundings: Surroundings
  readonly #events: SharedEvents
  readonly #pool: Pool<ModelClient, Link>
  readonly #opening: PoolOpening
  /** All clients that were ever made. */
  readonly #clients: ModelClient[] = []
  readonly #tasks = new Map<string, Task>()

  constructor(parts: ModelParts, settings: ScenarioPool) {
    const { clock } = parts
    this.#parts = parts
    this.#surroundings = surround(parts)
    ;({ host: this.host, calls: this.calls } = this.#surroundings)
    const { hooks, context } = this.#surroundings
    this.#events = shareEvents(clock, hooks)
    const { minimum, maximum, acquireTimeoutMs = 3_000, cleanupDelayMs = 3_000 } = settings
    this.#pool = new Pool<ModelClient, Link>({
      errors: this.host.errors,
      clock,
      settings: { minimum, maximum, acquireTimeout: acquireTimeoutMs, cleanupDelay: cleanupDelayMs },
      createMember: checkout => {
        const member = this.#create(checkout)
        return { member, link: member.link }
      },
    })
    const { database, maint } = context
    this.#opening = new PoolOpening({ pool: this.#pool, size: maximum, database, maint, clock, events: this.#events })
  }

  get relaxed(): boolean {
    return this.#pool.relaxedMs !== undefined
  }

  connect(): Promise<void> {
    return this.#opening.connect()
  }

  close(): Promise<void> {
    return this.#opening.close()
  }

  destroy(): void {
    this.#opening.destroy()
    for (const { end } of this.#tasks.values()) end()
  }

  /** A task begins, as soon as there is a client for it. */
  checkOut(as: string): void {
    const { record, clock } = this.#parts
    const begin = (client: ModelClient): Promise<void> => {
      record({
        at: clock.now(),
        event: 'checked-out',
        as,
        ...(client.member !== undefined && { member: client.member }),
      })
      return new Promise(end => this.#tasks.set(as, { client, end }))
    }
    const failed = (error: unknown): void =>
      record({ at: clock.now(), event: 'check-out:failed', as, message: messageOf(error) })
    this.#pool.execute(begin).catch(failed)
  }

  /** It ends. */
  giveBack(as: string): void {
    this.#tasks.get(as)?.end()
    this.#tasks.delete(as)
  }

  call(step: CallStep): void {
    if (step.with === undefined) return this.calls.make(step, task => this.#pool.execute(({ link }) => task(link)))
    const task = this.#tasks.get(step.with)
    if (task === undefined) throw new RangeError(`${step.with} has no client at ${step.at} ms`)
    this.calls.make(step, run => run(task.client.link))
  }

  wish(step: WishStep): void {
    for (const client of this.#clients) if (client.isOpen) client.wish(step)
  }

  connectionsTo(node: string, which?: Which): readonly ModelConnection[] {
    return this.#clients.flatMap(client => client.connectionsTo(node, which))
  }

  endAt(at: number): PoolEnd {
    const { totalClients, clientsInUse, tasksQueueLength } = this.#pool
    const serving = connectionsByNode(
      { connectionsTo: node => this.connectionsTo(node, 'serving') },
      this.#parts.server,
    )
    return {
      at,
      members: totalClients,
      inUse: clientsInUse,
      waiting: tasksQueueLength,
      relaxed: this.relaxed,
      serving,
      connections: connectionsByNode(this, this.#parts.server),
    }
  }

  #create(checkout: MemberCheckout): ModelClient {
    const client: ModelClient = new ModelClient(this.#parts, this.#surroundings, {
      member: `m${this.#clients.length + 1}`,
      checkout,
      hooks: this.#events.hooksOfEach,
      // Its connection will end soon. The pool makes a new client where one is needed.
      onGivenUp: () => this.#pool.retire(client),
    })
    this.#clients.push(client)
    return client
  }
}
