import type { Endpoint } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'
import type { AnnouncedMove } from '../announcements/announcement.js'
import type { SimNode } from '../node.js'
import type { Member, Shard, Topology } from './topology.js'

/** Slots, and the primary that gets them. */
export interface SlotsTo {
  readonly slots: SlotRange | readonly SlotRange[]
  readonly to: SimNode
}

/** The slots as ranges. */
export function toRanges(slots: SlotsTo['slots']): readonly SlotRange[] {
  return 'from' in slots ? [slots] : slots
}

/** The first slots of a shard, half of them. */
export function halfOf(ranges: readonly SlotRange[]): readonly SlotRange[] {
  const [first, ...others] = ranges
  if (first === undefined || others.length > 0) return ranges.slice(0, Math.ceil(ranges.length / 2))
  return [{ from: first.from, to: Math.floor((first.from + first.to) / 2) }]
}

/** What `SMIGRATED` tells of slots that are to go: one move for each shard that has some of them. */
export function toAnnounced({ slots }: SlotsTo, target: Shard, topology: Topology): readonly AnnouncedMove[] {
  const taken = toRanges(slots)
  return topology.shards.flatMap(source => {
    const leaving = topology.rangesOf(source).flatMap(owned => taken.flatMap(range => overlap(owned, range)))
    if (source === target || leaving.length === 0) return []
    return [{ source: toPlace(source.primary, topology), target: toPlace(target.primary, topology), slots: leaving }]
  })
}

function overlap(a: SlotRange, b: SlotRange): readonly SlotRange[] {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)]
  return from <= to ? [{ from, to }] : []
}

/** A node as `CLUSTER SLOTS` names it, since clients look it up there. */
function toPlace(member: Member, topology: Topology): Endpoint {
  return { host: topology.hostOf(member) ?? '', port: member.endpoint.port }
}
