import type { Maint } from '../../../engine/link/maint-status.js'
import type { FacadeParts } from './parts.js'

/** What the client says about itself. */
export function stateMembers({ lifecycle, link, maint }: FacadeParts): object {
  const { dispatcher, session } = link
  return {
    get maint(): Maint {
      return maint
    },
    get isOpen(): boolean {
      return lifecycle.isOpen
    },
    get isReady(): boolean {
      return dispatcher.isReady
    },
    get isPubSubActive(): boolean {
      return session.subscriptions.isActive
    },
    get socketEpoch(): number {
      return link.serving.epoch
    },
    get isWatching(): boolean {
      return link.current?.client.isWatching === true
    },
    get isDirtyWatch(): boolean {
      return link.current?.client.isDirtyWatch === true
    },
    setDirtyWatch(message: string): void {
      link.current?.client.setDirtyWatch(message)
    },
  }
}
