import type { BackendOptions, SimEvent } from '../../simulator/index.js'
import { ControlError, invalid } from './control-error.js'
import { type DatabaseShape, SimulatedDatabase } from './simulated-database.js'

/** More databases at once are refused. */
const MOST_DATABASES = 64
const MAX_PORT = 65_535
const MOST_SHARDS = 32

/** An event of a database, for those who listen. */
export type DatabaseEvent = SimEvent & { readonly database: number }

/** The databases of a simulated cluster. */
export class SimulatedDatabases {
  readonly #backend: BackendOptions
  readonly #live = new Map<number, SimulatedDatabase>()
  readonly #listeners = new Set<(event: DatabaseEvent) => void>()
  #count = 0

  constructor(backend: BackendOptions) {
    this.#backend = backend
  }

  all(): readonly SimulatedDatabase[] {
    return [...this.#live.values()]
  }

  /** Calls back with each event of every database, until the returned function is called. */
  listen(listener: (event: DatabaseEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async create({ name, port, shards }: DatabaseShape): Promise<SimulatedDatabase> {
    if (this.#live.size >= MOST_DATABASES)
      throw new ControlError(409, 'TOO_MANY_DATABASES', `There are ${MOST_DATABASES} databases`)
    if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) throw invalid('port must be a whole number')
    if (!Number.isInteger(shards) || shards < 0 || shards > MOST_SHARDS)
      throw invalid(`shards_count must be a whole number up to ${MOST_SHARDS}`)
    this.#count += 1
    const onEvent = (event: DatabaseEvent): void => {
      for (const listener of this.#listeners) listener(event)
    }
    const database = await SimulatedDatabase.start({
      id: this.#count,
      name,
      port,
      shards,
      backend: this.#backend,
      onEvent,
    })
    this.#live.set(database.id, database)
    return database
  }

  /** A database by its id, as a number or as text; without one the newest. */
  find(id: unknown): SimulatedDatabase {
    const database = id === undefined ? this.all().at(-1) : this.#live.get(Number(id))
    if (database === undefined) throw new ControlError(422, 'NO_SUCH_DATABASE', 'There is no such database')
    return database
  }

  /** Deletes a database; one that is not there is deleted already. */
  async delete(id: unknown): Promise<void> {
    const database = this.#live.get(Number(id))
    this.#live.delete(Number(id))
    await database?.dispose()
  }

  async deleteAll(except?: SimulatedDatabase): Promise<void> {
    const others = this.all().filter(database => database !== except)
    await Promise.all(others.map(({ id }) => this.delete(id)))
  }
}
