import type { Hooks } from '../../../core/events/hooks.js'
import { oncePerEvent } from '../../../core/events/once-per-event.js'
import type { MemberCheckout } from '../../../engine/connect/checkout.js'
import { EventForwarder } from '../../../engine/link/events/event-forwarder.js'
import { Pool } from '../../../engine/pool/pool.js'
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
  readonly #hooks: Hooks
  readonly #forwarder: EventForwarder
  readonly #settings: ScenarioPool
  readonly #pool: Pool<ModelClient>
  /** All clients that were ever made. */
  readonly #clients: ModelClient[] = []
  readonly #tasks = new Map<string, Task>()

  constructor(parts: ModelParts, settings: ScenarioPool) {
    const { clock } = parts
    this.#parts = parts
    this.#settings = settings
    this.#surroundings = surround(parts)
    ;({ host: this.host, calls: this.calls } = this.#surroundings)
    const { hooks, context } = this.#surroundings
    this.#hooks = oncePerEvent(hooks, clock)
    this.#forwarder = new EventForwarder({ context, hooks: this.#hooks })
    const { minimum, maximum, acquireTimeoutMs = 3_000, cleanupDelayMs = 3_000 } = settings
    this.#pool = new Pool<ModelClient>({
      errors: this.host.errors,
      clock,
      settings: { minimum, maximum, acquireTimeout: acquireTimeoutMs, cleanupDelay: cleanupDelayMs },
      createMember: checkout => {
        const member = this.#create(checkout)
        return {
          member,
          serves: () => member.link.dispatcher.current !== undefined,
          heardAt: () => member.link.heardAt,
        }
      },
      forget: () => {},
      relaxedMs: () => this.#relaxedMs(),
    })
  }

  get relaxed(): boolean {
    return this.#relaxedMs() !== undefined
  }

  async connect(): Promise<void> {
    const { maint, database } = this.#surroundings.context
    const { handoffWorkers: workers, handoffQueueSize: queueSize } = maint
    database.join(this.#forwarder, { links: this.#settings.maximum, workers, queueSize })
    await this.#pool.connect()
  }

  close(): Promise<void> {
    return this.#pool.close().finally(() => this.#left())
  }

  destroy(): void {
    this.#pool.destroy()
    this.#left()
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
      hooks: this.#hooks,
      // Its connection will end soon. The pool makes a new client where one is needed.
      onGivenUp: () => this.#pool.retire(client),
    })
    this.#clients.push(client)
    return client
  }

  #relaxedMs(): number | undefined {
    const raised = this.#clients.flatMap(({ link }) => link.dispatcher.timeouts.relaxedMs ?? [])
    return raised.length === 0 ? undefined : Math.max(...raised)
  }

  #left(): void {
    this.#surroundings.context.database.leave(this.#forwarder)
  }
}
