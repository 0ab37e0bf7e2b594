import type { AzureDecodeResult } from '../../notifications/azure-notification.js'
import type { DecodeResult } from '../../notifications/notification.js'
import type { Capture, CaptureEntry } from '../format/capture.js'
import { type CapturedCommand, commandsIn } from '../play/commands-in.js'
import { type CapturedNotification, notificationsIn } from '../play/notifications-in.js'
import { clientsIn } from './clients-in.js'
import { factsOf, numberIn, routeIn } from './facts.js'
import { latencyOf } from './latency-of.js'
import type { ReportedCapture, ReportedClient, ReportedConnection, Totals } from './report-model.js'

/** What a client says about its connection, and asks about the server. */
const HANDSHAKE = /^(?:CLIENT |HELLO\b|COMMAND\b|ACL )/

/**
 * What a capture shows, in figures.
 *
 * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED` where a side sent no RESP.
 */
export function describeCapture(name: string, capture: Capture): ReportedCapture {
  const { header, entries } = capture
  const durationMs = entries.at(-1)?.at ?? 0
  const commands = commandsIn(capture)
  const notifications = notificationsIn(capture)
  const connections = entries.flatMap(entry =>
    entry.type === 'opened' ? [connectionOf(entry, { entries, commands, notifications, durationMs })] : [],
  )
  const clients = clientsIn(entries, durationMs)
  return {
    name,
    header,
    durationMs,
    clients,
    connections,
    hasDecisions: entries.some(({ type }) => type === 'step'),
    totals: totalsOf(connections, clients, latencyOf(commands, durationMs)),
  }
}

interface Found {
  readonly entries: readonly CaptureEntry[]
  readonly commands: readonly CapturedCommand[]
  readonly notifications: readonly CapturedNotification[]
  readonly durationMs: number
}

function connectionOf(
  { connection, server, at, link, id }: CaptureEntry & { type: 'opened' },
  { entries, commands, notifications, durationMs }: Found,
): ReportedConnection {
  const own = entries.filter(entry => 'connection' in entry && entry.connection === connection)
  const closed = own.find(({ type }) => type === 'closed')
  const sent = commands.filter(command => command.connection === connection)
  const failed = sent.filter(command => command.failed)
  return {
    connection,
    server,
    link,
    auxiliary: id !== undefined && id < 0,
    from: at,
    to: closed?.at ?? durationMs,
    closedBy: closed?.type === 'closed' ? closed.by : undefined,
    isClosed: closed !== undefined,
    notifications: notifications
      .filter(notification => notification.connection === connection)
      .map(({ at: heardAt, result }) => ({ at: heardAt, ...describeResult(result) })),
    errors: failed
      .filter(({ name }) => !HANDSHAKE.test(name))
      .map(({ name, at: sentAt, answeredAt = sentAt, error }) => ({
        at: answeredAt,
        text: `${name} · ${error || 'error'}`,
      })),
    refusals: failed.filter(({ name }) => HANDSHAKE.test(name)).length,
    commands: sent.length,
    answered: sent.filter(({ answeredAt }) => answeredAt !== undefined).length,
    latency: latencyOf(sent, durationMs),
    omitted: own.reduce((sum, entry) => sum + (entry.type === 'omitted' ? entry.count : 0), 0),
  }
}

function describeResult(result: DecodeResult | AzureDecodeResult): { readonly type: string; readonly text: string } {
  if (result.outcome !== 'accepted') return { type: result.outcome, text: `${result.outcome} push` }
  const { type } = result.notification
  const facts = factsOf(result.notification)
  const graceMs = numberIn(facts, 'graceMs')
  const words = [type === 'moving' && `to ${routeIn({ to: facts }, 'to')}`, graceMs && `within ${graceMs / 1_000} s`]
  return { type, text: [type, ...words.filter(Boolean)].join(' ') }
}

function totalsOf(
  connections: readonly ReportedConnection[],
  clients: readonly ReportedClient[],
  { p99, most }: ReportedConnection['latency'],
): Totals {
  const handoffs = clients.flatMap(client => client.handoffs)
  const count = (read: (connection: ReportedConnection) => number): number =>
    connections.reduce((sum, connection) => sum + read(connection), 0)
  return {
    notifications: count(({ notifications }) => notifications.length),
    handoffs: handoffs.length,
    completed: handoffs.filter(({ result }) => result === 'completed').length,
    longestPauseMs: Math.max(0, ...handoffs.map(({ pausedMs }) => pausedMs)),
    held: handoffs.reduce((sum, { held }) => sum + held, 0),
    commands: count(({ commands }) => commands),
    answered: count(({ answered }) => answered),
    errors: count(({ errors }) => errors.length),
    lost: connections.filter(({ closedBy }) => closedBy === 'server').length,
    p99Ms: p99,
    mostMs: most,
  }
}
