import { isIP } from 'node:net'
import type { ConnectionPlan, Lookup, Way } from '../../engine/ports.js'
import type { HostOptions, HostSocketOptions } from './host-module.js'

/** What decides where a socket leads. */
export interface Aim {
  /** The user's options with the URL resolved. */
  readonly options: HostOptions
  readonly plan: Pick<ConnectionPlan, 'route' | 'way'>
  /** Whether a host name as endpoint is the name that its certificate must have. */
  readonly tlsNameFromTarget: boolean
}

/** The socket options of one connection. */
export function socketFor(aim: Aim): HostSocketOptions {
  return { ...leadToEndpoint(aim), ...leadToAddress(aim.plan.way) }
}

/** Under TLS the configured name stays the one that the certificate must have. */
function leadToEndpoint({ options, plan: { route }, tlsNameFromTarget }: Aim): HostSocketOptions {
  const { socket = {} } = options
  if (route.type === 'configured') return socket
  const { endpoint } = route
  const aimed = { ...socket, host: endpoint.host, port: endpoint.port }
  if (socket.tls !== true) return aimed
  if (tlsNameFromTarget && isIP(endpoint.host) === 0) return { ...aimed, servername: endpoint.host }
  const configured = socket.servername ?? socket.host ?? 'localhost'
  return isIP(configured) === 0 ? { ...aimed, servername: configured } : aimed
}

/** Leads a name to one of its addresses; the name stays, for its certificate. */
function leadToAddress(way: Way | undefined): HostSocketOptions {
  if (way === undefined) return {}
  return { lookup: answerWith(way.address), connectTimeout: way.connectTimeoutMs }
}

/** A lookup that knows one address, in whichever form it is asked for. */
function answerWith(address: string): Lookup {
  const family = isIP(address)
  return (_, options, callback) => {
    if ('all' in options && options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}
