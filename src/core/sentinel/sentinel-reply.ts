import { type Endpoint, printEndpoint, toEndpoint } from '../../base/endpoint.js'

/** The most nodes of one reply that are read. */
const MAX_NODES = 64

/** Flags of nodes that cannot be used now. */
const AWAY = /s_down|o_down|disconnected|failover_in_progress/

/** What a sentinel says of the primary that it watches. */
export interface PrimaryReport {
  readonly endpoint: Endpoint
  /** The number of the configuration: a failover raises it. */
  readonly epoch: number
}

/** What a sentinel says of another sentinel, or of a replica. */
export interface NodeReport {
  /** What it calls itself. */
  readonly id: string | undefined
  readonly endpoint: Endpoint
  /** Whether the sentinel that says it can reach the node. */
  readonly isUp: boolean
}

/**
 * Reads the answers to `SENTINEL GET-MASTER-ADDR-BY-NAME` and `SENTINEL MASTER`. The first one is right earlier: while a
 * failover is under way it already names the promoted replica.
 *
 * Returns `undefined` where no endpoint is named that can be dialled.
 */
export function readPrimary(address: unknown, master: unknown): PrimaryReport | undefined {
  if (!Array.isArray(address)) return undefined
  const endpoint = endpointOf(address[0], address[1])
  if (endpoint === undefined) return undefined
  const epoch = Number(fieldsOf(master).get('config-epoch'))
  return { endpoint, epoch: Number.isSafeInteger(epoch) && epoch > 0 ? epoch : 0 }
}

/** Reads the answer to `SENTINEL SENTINELS` or `SENTINEL REPLICAS`. What cannot be dialled is left out. */
export function readNodes(reply: unknown): readonly NodeReport[] {
  if (!Array.isArray(reply)) return []
  return reply.slice(0, MAX_NODES).flatMap((entry: unknown) => {
    const fields = fieldsOf(entry)
    const endpoint = endpointOf(fields.get('ip'), fields.get('port'))
    return endpoint === undefined
      ? []
      : [{ id: fields.get('runid'), endpoint, isUp: !AWAY.test(fields.get('flags') ?? '') }]
  })
}

/** An endpoint of two texts, `undefined` where they are none. */
export function endpointOf(host: unknown, port: unknown): Endpoint | undefined {
  if (host === undefined || port === undefined) return undefined
  return toEndpoint(printEndpoint({ host: String(host), port: Number(port) }))
}

/** The fields of a node: a map, an object, or a list in which names and values take turns. */
function fieldsOf(entry: unknown): ReadonlyMap<string, string> {
  return new Map(pairsOf(entry).map(([name, value]) => [String(name), String(value)]))
}

function pairsOf(entry: unknown): readonly (readonly [unknown, unknown])[] {
  if (entry instanceof Map) return [...entry]
  if (Array.isArray(entry)) return entry.flatMap((name, index) => (index % 2 === 0 ? [[name, entry[index + 1]]] : []))
  return typeof entry === 'object' && entry !== null ? Object.entries(entry) : []
}
