import { assertNever } from '../../base/assert-never.js'
import { type Endpoint, printEndpoint } from '../../base/endpoint.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { MaintenanceNotification, SlotMove, SlotRange } from '../../notifications/notification.js'

/** Says in one line what a server announced. */
export function describeNotification(notification: MaintenanceNotification): string {
  const { type, sequence } = notification
  return `${type} ${sequence === undefined ? '(no number)' : `#${sequence}`}: ${factsOf(notification)}`
}

/** Says in one line what Azure announced. */
export function describeAzure({ type, wireType, startsAt, isReplica }: AzureNotification): string {
  const node = isReplica === null ? 'a node' : isReplica ? 'a replica' : 'the primary'
  const starts = startsAt === null ? '' : `, from ${new Date(startsAt).toISOString()} on`
  return `${type}: ${wireType} of ${node}${starts}`
}

/** Prints ranges of slots as servers do: `0-5,7`. */
function printSlots(slots: readonly SlotRange[]): string {
  return slots.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function factsOf(notification: MaintenanceNotification): string {
  switch (notification.type) {
    case 'moving': {
      const { endpoint, graceMs } = notification
      const target = endpoint === null ? 'the configured endpoint' : printEndpoint(endpoint)
      return `leave within ${seconds(graceMs)} for ${target}`
    }
    case 'migrating':
      return `${shardsOf(notification.shards)} migrate within ${seconds(notification.graceMs)}`
    case 'failing-over':
      return `${shardsOf(notification.shards)} fail over within ${seconds(notification.graceMs)}`
    case 'migrated':
      return `${shardsOf(notification.shards)} have migrated`
    case 'failed-over':
      return `${shardsOf(notification.shards)} have failed over`
    case 'slots-migrating':
      return `slots ${printSlots(notification.slots)} begin to move`
    case 'slots-migrated':
      return notification.moves.map(describeMove).join('; ') || 'no slots'
    default:
      return assertNever(notification)
  }
}

function describeMove({ source, target, slots }: SlotMove): string {
  return `slots ${printSlots(slots)} went from ${placeOf(source)} to ${placeOf(target)}`
}

function placeOf(endpoint: Endpoint | null): string {
  return endpoint === null ? 'an unnamed node' : printEndpoint(endpoint)
}

function shardsOf(shards: readonly string[]): string {
  return shards.length === 0 ? 'unnamed shards' : `${shards.length === 1 ? 'shard' : 'shards'} ${shards.join(', ')}`
}

function seconds(durationMs: number): string {
  return `${durationMs / 1_000} s`
}
