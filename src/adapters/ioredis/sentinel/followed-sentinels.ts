import { type AddressMap, mappedBy } from '../../../base/address-map.js'
import type { Clock } from '../../../base/clock.js'
import type { Endpoint } from '../../../base/endpoint.js'
import type { Database, DatabaseSettings } from '../../../engine/database/database.js'
import { type DatabaseRegistry, databaseKeyOf, digestOf } from '../../../engine/database/database-registry.js'
import type { OpenSource, PrimarySource } from '../../../engine/database/primary-source.js'
import { SentinelSource } from '../../../engine/topology/sentinel/sentinel-source.js'
import { AttemptMaker } from '../commands/carried-command.js'
import { IoredisHost } from '../ioredis-host.js'
import { type HostRedis, type IoredisModule, type IoredisOptions, ioredisTargetOf } from '../ioredis-module.js'
import { askAlso, followsPrimary, foundFor } from './sentinel-connector.js'

/** The sentinels of a client, as the engine follows them. */
interface FollowedSentinels {
  /** The key of the database: clients with the same key share what they know of the sentinels. */
  readonly key: string
  readonly open: OpenSource
}

/** How often sentinels are asked without a reason, in milliseconds: an announcement may be lost. */
const POLL_EVERY_MS = 10_000

/** The port of a sentinel where none is given. */
const SENTINEL_PORT = 26_379

/** Begins to listen with the first connection, which the host makes; and leaves all others that are no hand-offs to it. */
class ListeningSource extends SentinelSource {
  readonly leavesConnects = true
  #isWanted = false

  /** A client is connected to what the host's connector has found. */
  begin(endpoint: Endpoint): void {
    this.#isWanted = true
    this.start()
    this.confirm(endpoint)
  }

  override start(): void {
    if (this.#isWanted) super.start()
  }

  override stop(): void {
    this.#isWanted = false
    super.stop()
  }
}

/** How the sentinels of a client are followed; `undefined` where there are none, or no primary is wanted of them. */
function followSentinels(
  { options }: HostRedis,
  { module, clock }: { readonly module: IoredisModule; readonly clock: Clock },
): FollowedSentinels | undefined {
  if (!followsPrimary(options)) return undefined
  const { sentinels, name, natMap } = options
  const access = accessOf(options)
  const open: OpenSource = listener => {
    const client = new module.Redis({ ...access, lazyConnect: true })
    const named = { tlsNameFromTarget: true, namesNoHost: true }
    const parts = { module, attempts: new AttemptMaker(module), client, ...named, isClusterNode: false }
    const host = new IoredisHost(parts, { onAway() {}, onPause() {}, onHopeless() {} })
    const target = ioredisTargetOf(client.options)
    const seeds = (sentinels ?? []).map(seedOf)
    const mapped = mappedBy(natMap as AddressMap | null | undefined)
    return new ListeningSource(
      { access: { host, target, clock }, name: String(name), seeds, mapped, pollEveryMs: POLL_EVERY_MS },
      listener,
    )
  }
  return { key: keyOf(options, access), open }
}

/** What a client shares with all that lead to the same place, or follow the same sentinels. */
export function databaseFor(
  client: HostRedis,
  settings: DatabaseSettings,
  {
    databases,
    ...around
  }: { readonly databases: DatabaseRegistry; readonly module: IoredisModule; readonly clock: Clock },
): Database {
  const followed = followSentinels(client, around)
  return databases.for(followed?.key ?? databaseKeyOf(settings.target), { source: followed?.open, ...settings })
}

/** One client among those that follow sentinels; of no use for others. */
export class SentinelFollower {
  readonly #source: PrimarySource | undefined
  readonly #client: HostRedis
  readonly #onPrimary: () => void
  #leave: (() => void) | undefined

  /** @param onPrimary - Is told of another primary, while the client is open. */
  constructor(source: PrimarySource | undefined, client: HostRedis, onPrimary: () => void) {
    this.#source = source
    this.#client = client
    this.#onPrimary = onPrimary
  }

  /** The client is connected, by the host's connector: from now on its sentinels are listened to. */
  onConnected(): void {
    const source = this.#source
    const endpoint = foundFor(this.#client)
    if (!(source instanceof ListeningSource) || endpoint === undefined) return
    source.begin(endpoint)
    askAlso(this.#client, () => source.sentinels)
    this.#leave ??= source.listen(({ type }) => {
      if (type === 'primary') this.#onPrimary()
    })
  }

  onEnded(): void {
    this.#leave?.()
    this.#leave = undefined
  }
}

/** As the host connects to its sentinels. */
function accessOf(options: IoredisOptions): IoredisOptions {
  const { sentinelUsername, sentinelPassword, sentinelTLS, family, protocol, connectTimeout } = options
  const access = {
    username: sentinelUsername,
    password: sentinelPassword,
    tls: sentinelTLS,
    family,
    protocol,
    connectTimeout,
  }
  return Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined && value !== null))
}

/** Sentinels that are reached in another way, such as with another password or map, are not shared. */
function keyOf(options: IoredisOptions, access: IoredisOptions): string {
  const { natMap } = options
  return `${databaseKeyOf(ioredisTargetOf(options))} ${digestOf([access, natMap])}`
}

function seedOf(sentinel: object): Endpoint {
  const { host = '127.0.0.1', port = SENTINEL_PORT } = sentinel as Partial<Endpoint>
  return { host, port: Number(port) }
}
