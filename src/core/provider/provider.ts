import { isIP } from 'node:net'
import { canonicalHost } from '../../base/endpoint.js'
import type { Provider } from '../options/provider-options.js'

/** What a server says about itself, as far as it was asked. */
export interface ServerFacts {
  /** `server` in the answer to HELLO: `redis`, `valkey`, or another server that speaks the protocol. */
  readonly server?: string
  /** `version` in the answer to HELLO. */
  readonly version?: string
  /** `os` in the section `server` of INFO. */
  readonly os?: string
  /** Whether it accepted `CLIENT MAINT_NOTIFICATIONS ON`. */
  readonly acceptsNotifications?: boolean
}

/** What a provider is recognised by. */
export interface ProviderFacts {
  /** The host as it was configured: a name or an address; `undefined` for a unix socket. */
  readonly host: string | undefined
  /** Absent before the first connection. */
  readonly server?: ServerFacts
}

/** The provider, as one word and as a sentence. */
export interface ChosenProvider {
  readonly provider: Provider
  /** One sentence for people: what it was recognised by. */
  readonly reason: string
  /** `default`: nothing pointed to a provider. */
  readonly chosenBy: 'user' | 'host name' | 'server' | 'default'
}

/**
 * The endings of the names that providers give out. A name of the user's own that leads there, by a CNAME or a proxy,
 * says nothing.
 *
 * - Azure Cache: its documents on other clouds list the public, Chinese, US government and former German one.
 * - Azure Managed Redis, and Enterprise before it: the list that StackExchange.Redis goes by.
 * - ElastiCache and MemoryDB: the endpoints in the AWS documents; MemoryDB announces, and closes connections, as
 *   ElastiCache does.
 * - Redis Cloud: static endpoints of the older and newer kinds and dynamic ones (`db.redis.io`) in its documents.
 *
 * Memorystore gives out addresses of the user's own network, so it cannot be recognised by a name.
 */
const NAMES: readonly (readonly [Provider, RegExp])[] = [
  ['azure-cache', /\.redis\.cache\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net|cloudapi\.de)$/],
  ['azure-managed-redis', /\.redis\.(azure\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/],
  ['azure-managed-redis', /\.redisenterprise\.cache\.azure\.net$/],
  ['elasticache', /\.cache\.amazonaws\.com(\.cn)?$/],
  ['elasticache', /\.memorydb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/],
  ['redis-cloud', /\.(redis-cloud\.com|redislabs\.com|rlrcp\.com|cloud\.redis\.io|db\.redis\.io)$/],
]

/**
 * Chooses the provider by the option, else by the host name, else by what the server says about itself.
 *
 * @param option - The user's; `auto` leaves it to the facts.
 */
export function chooseProvider(option: Provider | 'auto', facts: ProviderFacts): ChosenProvider {
  if (option !== 'auto') return { provider: option, reason: 'The option `hitless.provider` says so', chosenBy: 'user' }
  return byHostName(facts.host) ?? byServer(facts.server) ?? unknown(facts)
}

function byHostName(host: string | undefined): ChosenProvider | undefined {
  if (host === undefined) return undefined
  const name = canonicalHost(host)
  for (const [provider, pattern] of NAMES) {
    const ending = pattern.exec(name)?.[0]
    if (ending !== undefined) return { provider, reason: `The host name ends in ${ending}`, chosenBy: 'host name' }
  }
  return undefined
}

/** A server says little: the providers run the same program, and their proxies answer in its name. */
function byServer({ os = '', acceptsNotifications = false }: ServerFacts = {}): ChosenProvider | undefined {
  if (/^amazon elasticache$/i.test(os.trim())) {
    return { provider: 'elasticache', reason: `The server runs on ${os.trim()}`, chosenBy: 'server' }
  }
  if (!acceptsNotifications) return undefined
  const reason = 'The server sends maintenance notifications, as only Redis Software and Redis Cloud do'
  return { provider: 'redis-enterprise', reason, chosenBy: 'server' }
}

function unknown({ host, server: { server, version } = {} }: ProviderFacts): ChosenProvider {
  const reason =
    host === undefined
      ? 'A unix socket leads to one process on this machine'
      : `${isIP(host) === 0 ? 'The host name' : 'An address'} tells nothing of who runs the server`
  const saying = server === undefined ? '' : `, and it calls itself ${[server, version].filter(Boolean).join(' ')}`
  return { provider: 'generic', reason: `${reason}${saying}`, chosenBy: 'default' }
}
