import { HitlessError } from '../../base/errors.js'
import {
  type MaintMode,
  type MaintOptions,
  type ResolvedMaintOptions,
  resolveMaintOptions,
} from '../../core/options.js'
import { type HostModule, type HostOptions, type HostSocketOptions, protocolOf } from './host.js'

/** The host's own flat names, accepted as they are. */
export interface FlatMaintOptions {
  readonly maintEndpointType?: MaintOptions['endpointType']
  /** Milliseconds. */
  readonly maintRelaxedCommandTimeout?: number
  /** Milliseconds. */
  readonly maintRelaxedSocketTimeout?: number
}

/** What the user passed: the host's options, and ours among them. */
export type GivenOptions = HostOptions & FlatMaintOptions & { readonly maintNotifications?: MaintMode | MaintOptions }

/** The user's options, taken apart. Nothing of it is shared with the objects that the user passed. */
export interface ClientSettings {
  /** For the client that the application holds, which never connects. */
  readonly facade: HostOptions
  /** For every connection: the URL is resolved into `socket`, and the host's own maintenance code is off. */
  readonly connection: HostOptions
  readonly maint: ResolvedMaintOptions
  /** Why no notifications are asked for, `undefined` where they are. */
  readonly offReason: string | undefined
}

const FLAT_NAMES = {
  maintEndpointType: 'endpointType',
  maintRelaxedCommandTimeout: 'relaxedTimeoutMs',
  maintRelaxedSocketTimeout: 'relaxedSocketTimeoutMs',
} as const

/**
 * Takes the user's options apart. The user's objects are left as they were, though the host would write into them.
 *
 * @throws HitlessError `OPTIONS_INVALID` for maintenance options, `MAINT_UNSUPPORTED` for `enabled` on RESP2 or on a unix
 * socket.
 */
export function takeOptions(host: HostModule, given: GivenOptions = {}): ClientSettings {
  const { maintNotifications, ...rest } = given
  const { flat, plain } = splitFlat(rest)
  const maint = resolveMaintOptions({ ...flat, ...toObject(maintNotifications) })
  const off = { maintNotifications: 'disabled' } as const
  const socket = { ...plain.socket }
  const facade: HostOptions = { ...plain, ...off, ...(plain.socket && { socket: { ...socket } }) }
  const { url, ...connection } = parse(host, { ...plain, ...off, socket })
  const offReason = reasonToStayOff(maint, protocolOf(host, plain), connection)
  return { facade, connection, maint, offReason }
}

function toObject(given: MaintMode | MaintOptions | undefined): MaintOptions {
  return typeof given === 'string' ? { mode: given } : { ...given }
}

function splitFlat(options: HostOptions & FlatMaintOptions): { flat: MaintOptions; plain: HostOptions } {
  const plain: Record<string, unknown> = { ...options }
  const flat: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(FLAT_NAMES)) {
    if (plain[name] !== undefined) flat[field] = plain[name]
    delete plain[name]
  }
  return { flat: flat as MaintOptions, plain: plain as HostOptions }
}

function parse(host: HostModule, options: HostOptions): HostOptions {
  const parsed = (
    options.url === undefined ? options : host.RedisClient.parseOptions({ ...options } as never)
  ) as HostOptions
  const socket: HostSocketOptions = parsed.socket ?? {}
  if (socket.host === undefined) return parsed
  // Host versions before 6 keep the brackets of an IPv6 address, which no resolver understands.
  return { ...parsed, socket: { ...socket, host: socket.host.replace(/^\[(.*)\]$/, '$1') } }
}

function reasonToStayOff(maint: ResolvedMaintOptions, protocol: 2 | 3, { socket }: HostOptions): string | undefined {
  if (maint.mode === 'disabled') return 'The mode is disabled'
  const reason = protocol === 2 ? 'RESP2 has no push notifications; set RESP: 3' : unixReason(socket)
  if (reason !== undefined && maint.mode === 'enabled') {
    throw new HitlessError('MAINT_UNSUPPORTED', `Maintenance notifications cannot be enabled: ${reason}`)
  }
  return reason
}

function unixReason(socket: HostSocketOptions | undefined): string | undefined {
  return socket?.path === undefined ? undefined : 'A unix socket leads to one process on this machine'
}
