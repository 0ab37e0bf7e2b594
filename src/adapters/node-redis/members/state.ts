import type { Maint } from '../../../engine/link/maint-status.js'
import type { FacadeParts } from './parts.js'

/** What the client says about itself. */
export function stateMembers({ lifecycle, slot, maint }: FacadeParts): object {
  const { traffic, session } = slot
  return {
    get maint(): Maint {
      return maint
    },
    get isOpen(): boolean {
      return lifecycle.isOpen
    },
    get isReady(): boolean {
      return traffic.isReady
    },
    get isPubSubActive(): boolean {
      return session.subscriptions.isActive
    },
    get socketEpoch(): number {
      return slot.serving.epoch
    },
    get isWatching(): boolean {
      return slot.current?.client.isWatching === true
    },
    get isDirtyWatch(): boolean {
      return slot.current?.client.isDirtyWatch === true
    },
    setDirtyWatch(message: string): void {
      slot.current?.client.setDirtyWatch(message)
    },
  }
}
