import { assertNever } from '../../base/assert-never.js'
import { printEndpoint } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'
import type { Places } from './places.js'
import type { NotifyStep } from './scenario.js'

/** The push that a step of a scenario tells of, element by element, as a host decodes it. */
export function toPushItems(step: NotifyStep, graceMs: number, places: Places): readonly unknown[] {
  const { kind, sequence } = step
  // Servers send whole seconds. Clients understand fractions, so the time that is left is exact here.
  const seconds = graceMs / 1_000
  const shards = JSON.stringify(step.shards ?? [])
  switch (kind) {
    case 'moving':
      return ['MOVING', sequence, seconds, typeof step.endpoint === 'string' ? at(step.endpoint, places) : null]
    case 'migrating':
      return ['MIGRATING', sequence, seconds, shards]
    case 'failing-over':
      return ['FAILING_OVER', sequence, seconds, shards]
    case 'migrated':
      return ['MIGRATED', sequence, shards]
    case 'failed-over':
      return ['FAILED_OVER', sequence, shards]
    case 'slots-migrating':
      return ['SMIGRATING', sequence, seconds, print(step.slots ?? [])]
    case 'slots-migrated': {
      const moves = (step.moves ?? []).map(({ source, target, slots }) => [
        at(source, places),
        target === null ? null : at(target, places),
        print(slots),
      ])
      return ['SMIGRATED', sequence, moves]
    }
    default:
      return assertNever(kind)
  }
}

function at(name: string, places: Places): string {
  return printEndpoint(places.endpointOf(name))
}

function print(slots: readonly SlotRange[]): string {
  return slots.map(({ from, to }) => `${from}-${to}`).join(',')
}
