import { assertNever } from '../../base/assert-never.js'
import { type Endpoint, printEndpoint } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'
import { encodeValue } from '../../wire/encoder.js'
import { RespPush, type RespValue } from '../../wire/value.js'
import type { MovingEndpointType } from '../sessions/sim-connection.js'
import type { Announcement, MovingTarget, Numbering } from './announcement.js'

/** What a frame depends on besides the announcement. */
export interface FrameContext {
  /** What the connection asked `MOVING` to name. */
  readonly endpointType: MovingEndpointType
  /** How much of the announced time is left, in milliseconds. */
  readonly leftMs: number
}

/**
 * The frame that a server sends for an announcement.
 *
 * | frame | elements |
 * |---|---|
 * | MOVING | number, seconds, `host:port` or null |
 * | MIGRATING, FAILING_OVER | number, seconds, shard ids as JSON text |
 * | MIGRATED, FAILED_OVER | number, shard ids as JSON text |
 * | SMIGRATING | number, slots as text |
 * | SMIGRATED | number, triples of source, target and slots |
 */
export function toFrame(announcement: Numbering<Announcement>, context: FrameContext): Buffer {
  return toPush(toItems(announcement, context))
}

/** Encodes the elements of a push. */
export function toPush(items: readonly RespValue[]): Buffer {
  return encodeValue(new RespPush(items), 3)
}

function toItems(announcement: Numbering<Announcement>, { endpointType, leftMs }: FrameContext): readonly RespValue[] {
  const { sequence } = announcement
  switch (announcement.type) {
    case 'moving':
      return ['MOVING', sequence, toSeconds(leftMs), toTargetText(announcement.endpoint, endpointType)]
    case 'migrating':
      return ['MIGRATING', sequence, toSeconds(leftMs), toShardText(announcement.shards)]
    case 'failing-over':
      return ['FAILING_OVER', sequence, toSeconds(leftMs), toShardText(announcement.shards)]
    case 'migrated':
      return ['MIGRATED', sequence, toShardText(announcement.shards)]
    case 'failed-over':
      return ['FAILED_OVER', sequence, toShardText(announcement.shards)]
    case 'slots-migrating':
      return ['SMIGRATING', sequence, toSlotText(announcement.slots)]
    case 'slots-migrated':
      return ['SMIGRATED', sequence, announcement.moves.map(toMove)]
    default:
      return assertNever(announcement)
  }
}

/** Servers announce whole seconds. The time is rounded up, so that a short grace does not become 0. */
function toSeconds(leftMs: number): number {
  return Math.max(0, Math.ceil(leftMs / 1000))
}

function toShardText(shards: readonly string[] = ['1']): string {
  return JSON.stringify(shards)
}

function toTargetText(target: MovingTarget, type: MovingEndpointType): string | null {
  if (target === null || typeof target === 'string') return target
  if (!('endpoint' in target)) return printEndpoint(target)
  if (type === 'none') return null
  const { host, port } = target.endpoint
  return printEndpoint({ host: type.endsWith('-fqdn') ? target.name : host, port })
}

function toSlotText(slots: readonly SlotRange[]): string {
  return slots.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function toMove({
  source,
  target,
  slots,
}: {
  source: Endpoint
  target: Endpoint
  slots: readonly SlotRange[]
}): RespValue {
  return [printEndpoint(source), printEndpoint(target), toSlotText(slots)]
}
