import { type Clock, systemClock } from '../../base/clock.js'
import { isHitlessError } from '../../base/errors.js'
import { pause } from '../../base/pause.js'
import type { SlotMigrationEffect } from '../../simulator/index.js'
import { ActionLog } from './action-log.js'
import { fieldsOf, invalid } from './control-error.js'
import type { SimulatedDatabase } from './simulated-database.js'
import type { SimulatedDatabases } from './simulated-databases.js'

type Parameters = Readonly<Record<string, unknown>>

/** How long things take, in milliseconds: what all suites agree with. */
const TIMES = {
  /** From the start of a migration or failover to its end: longer than the relaxed timeouts of the suites. */
  windowMs: 3_500,
  /** From the end of a migration to the move. */
  betweenMs: 1_000,
  /** From a move until its action is over: clients act on it meanwhile. */
  movedMs: 4_000,
  /** From the announcement that slots move until they do: clients connect meanwhile, and are to be told too. */
  slotsMs: 6_000,
  /** From then until the action is over. */
  slotsMovedMs: 2_500,
  /** For how long nothing listens after a failure. */
  downMs: 1_000,
} as const

const MOST_DELAY_S = 60

const SLOT_EFFECTS: readonly SlotMigrationEffect[] = ['remove', 'add', 'remove-add', 'slot-shuffle']

const FAILURES = /^(?:network_failure|dmc_restart|proxy_failure|node_failure|shard_failure)$/

/** Does what a fault injector of Redis does, to simulated databases. */
export class FaultInjector {
  readonly actions: ActionLog
  readonly #databases: SimulatedDatabases
  readonly #kept: SimulatedDatabase
  readonly #clock: Clock

  /** @param kept - The database that a reset leaves. */
  constructor(databases: SimulatedDatabases, kept: SimulatedDatabase, clock: Clock = systemClock) {
    this.#databases = databases
    this.#kept = kept
    this.#clock = clock
    this.actions = new ActionLog(clock)
  }

  /** Starts an action. Returns its id; throws where it is of no known type, or its parameters make no sense. */
  start(body: unknown): string {
    const { type, parameters = {} } = fieldsOf(body, 'The body')
    if (typeof type !== 'string') throw invalid('type must be the name of an action')
    const run = this.#actionOf(type, fieldsOf(parameters, 'parameters'))
    if (run === undefined) throw invalid(`There is no action ${JSON.stringify(type.slice(0, 40))}`)
    return this.actions.start(type, run)
  }

  #actionOf(type: string, parameters: Parameters): (() => Promise<object | null>) | undefined {
    const { bdbId, bdb_id: id = bdbId } = parameters
    if (FAILURES.test(type)) return () => this.#cut(this.#databases.find(id))
    switch (type) {
      case 'create_database':
        return () => this.#create(parameters)
      case 'delete_database':
        return () => this.#delete(parameters)
      case 'reset_cluster':
        return () => this.#databases.deleteAll(this.#kept).then(() => null)
      case 'update_cluster_config':
        return () => this.#configure(parameters)
      case 'sequence_of_actions':
        return () => this.#inSequence(parameters, id)
      case 'topology_change_standalone':
        return () => this.#change(this.#databases.find(id), parameters)
      case 'slot_migrate':
        return this.#migrateSlots(this.#databases.find(id), parameters)
      case 'migrate':
      case 'failover':
        return () => this.#window(this.#databases.find(id), type)
      case 'bind':
        return () => this.#move(this.#databases.find(id))
      case 'execute_rladmin_command':
        return () => this.#rladmin(parameters, id)
      default:
        return undefined
    }
  }

  async #create({ database_config: config = {} }: Parameters): Promise<object> {
    const fields = fieldsOf(config, 'database_config')
    const { name = 'database', port, oss_cluster: isCluster, shards_count: count = 1 } = fields
    try {
      const shards = isCluster === true ? Math.max(Number(count), 2) : 0
      const database = await this.#databases.create({
        name: String(name).slice(0, 128),
        port: Number(port || 0),
        shards,
      })
      return database.describe()
    } catch (error) {
      // By this word some clients try the next port.
      if (isHitlessError(error, 'SIMULATOR_UNAVAILABLE'))
        throw new Error(`port_unavailable: ${error.message}`, { cause: error })
      throw error
    }
  }

  async #delete({ bdb_id: id, delete_all: all }: Parameters): Promise<null> {
    await (all === true ? this.#databases.deleteAll() : this.#databases.delete(id))
    return null
  }

  #configure({ config = {} }: Parameters): Promise<null> {
    const { client_maint_notifications: announces } = fieldsOf(config, 'config')
    if (typeof announces !== 'boolean') throw invalid('config.client_maint_notifications must be a boolean')
    for (const database of this.#databases.all()) database.announces = announces
    return Promise.resolve(null)
  }

  async #window(database: SimulatedDatabase, type: 'migrate' | 'failover'): Promise<null> {
    await database.begin(type === 'migrate' ? 'migrating' : 'failing-over')
    await pause(this.#clock, TIMES.windowMs)
    await database.complete(type === 'migrate' ? 'migrated' : 'failed-over')
    return null
  }

  async #move(database: SimulatedDatabase): Promise<null> {
    const end = await database.move()
    await pause(this.#clock, TIMES.movedMs)
    end()
    return null
  }

  #migrateSlots(database: SimulatedDatabase, { effect }: Parameters): () => Promise<null> {
    if (!database.isCluster) throw invalid('bdb_id must name a database with oss_cluster')
    if (!isSlotEffect(effect)) throw invalid('effect is none of those that GET /slot-migrate describes')
    return async () => {
      const finish = await database.moveSlots(effect)
      await pause(this.#clock, TIMES.slotsMs)
      await finish()
      await pause(this.#clock, TIMES.slotsMovedMs)
      return null
    }
  }

  async #cut(database: SimulatedDatabase): Promise<null> {
    database.cut()
    await pause(this.#clock, TIMES.downMs)
    await database.listenAgain()
    return null
  }

  async #inSequence({ actions }: Parameters, id: unknown): Promise<null> {
    if (!Array.isArray(actions)) throw invalid('actions must be a list')
    for (const [index, action] of actions.entries()) {
      const { type, params, parameters = params ?? {}, delay = 0 } = fieldsOf(action, 'Each action')
      const own = fieldsOf(parameters, 'parameters')
      const run =
        typeof type === 'string' && type !== 'sequence_of_actions'
          ? this.#actionOf(type, { bdb_id: id, ...own })
          : undefined
      if (run === undefined) throw invalid('Each action must have a known type')
      await this.#waitBefore(index, delay)
      await run()
    }
    return null
  }

  async #waitBefore(index: number, delayS: unknown): Promise<void> {
    const wantedMs = Math.min(Number(delayS) || 0, MOST_DELAY_S) * 1_000
    const waitMs = Math.max(index === 0 ? 0 : TIMES.betweenMs, wantedMs)
    if (waitMs > 0) await pause(this.#clock, waitMs)
  }

  async #change(database: SimulatedDatabase, { effect, trigger }: Parameters): Promise<null> {
    if (effect === 'data_movement_no_conn_drop')
      return this.#window(database, trigger === 'failover' ? 'failover' : 'migrate')
    if (effect === 'data_movement_conn_drop') {
      await this.#window(database, 'migrate')
      await pause(this.#clock, TIMES.betweenMs)
      return this.#move(database)
    }
    if (effect === 'conn_drop' || effect === 'dns_resolution_change') return this.#move(database)
    throw invalid('effect is none of those that GET /topology-change-standalone describes')
  }

  async #rladmin({ rladmin_command: command }: Parameters, id: unknown): Promise<object> {
    const [verb = ''] = String(command ?? '')
      .trim()
      .replace(/^rladmin\s+(?:-b \d+\s+)?/, '')
      .split(/\s+/)
    if (verb === 'migrate' || verb === 'failover') await this.#window(this.#databases.find(id), verb)
    else if (verb === 'bind') await this.#move(this.#databases.find(id))
    else if (verb !== 'status') throw invalid('rladmin_command must begin with status, migrate, failover or bind')
    return { output: this.#status() }
  }

  #status(): string {
    const rows = (line: (database: SimulatedDatabase) => string): string => this.#databases.all().map(line).join('\n')
    return [
      'CLUSTER NODES:\n*node:1 master 127.0.0.1\nnode:2 slave 127.0.0.2\n',
      `DATABASES:\n${rows(({ id, name }) => `db:${id} ${name} redis active 1 dense disabled`)}\n`,
      `ENDPOINTS:\n${rows(({ id, name }) => `db:${id} ${name} endpoint:${id}:1 node:1 single No`)}\n`,
      `SHARDS:\n${rows(({ id, name }) => `db:${id} ${name} redis:${id} node:1 master 0-16383 1.8MB OK`)}\n`,
    ].join('\n')
  }
}

function isSlotEffect(effect: unknown): effect is SlotMigrationEffect {
  return SLOT_EFFECTS.some(known => known === effect)
}
