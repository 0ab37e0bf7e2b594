import { type Channel, channel } from 'node:diagnostics_channel'
import type { Clock } from '../../../base/clock.js'
import { createHooks, type Hooks } from '../../../core/events/hooks.js'
import {
  MAINT_EVENT_NAMES,
  type MaintEvent,
  type MaintEventName,
  type MaintEvents,
} from '../../../core/events/maint-events.js'

/** Every channel of `node:diagnostics_channel` on which clients publish, and what they publish on it. */
export type ChannelMessages = { readonly [K in MaintEventName as `redis-hitless:${K}`]: MaintEvents[K] }

/** One for each event. Their names are the same in every copy of this package. */
const CHANNELS: ReadonlyMap<MaintEventName, Channel> = new Map(
  MAINT_EVENT_NAMES.map(name => [name, channel(`redis-hitless:${name}`)]),
)

/** What events are published on for the whole process, whichever client they come from. */
const eventChannels = {
  hears: (name: MaintEventName): boolean => CHANNELS.get(name)?.hasSubscribers === true,
  publish: ({ name, payload }: MaintEvent): void => CHANNELS.get(name)?.publish(payload),
} as const

/** Creates the hook bus of one client or pool, whose events are published for the process as well. */
export function createPublishedHooks(clock: Pick<Clock, 'epochMs'>): Hooks {
  return createHooks(clock, eventChannels)
}
