import type { HookedNotification } from './hooked-notification.js'
import type { MaintEvent } from './maint-events.js'
import type { HandoffEnd, HookContext } from './maint-hook.js'

/** What a hand-off began with. */
interface Beginning {
  readonly notification: HookedNotification
  readonly context: HookContext
}

/** The end of a hand-off, and what it began with. */
export interface FollowedEnd extends Beginning {
  readonly end: HandoffEnd
}

/** Knows which notifications the hand-offs under way began with. */
export class HandoffFollower {
  readonly #begun = new Map<string, readonly Beginning[]>()

  /** A second notification may join the hand-off of a first one. */
  follow(handoffId: string, beginning: Beginning): void {
    this.#begun.set(handoffId, [...(this.#begun.get(handoffId) ?? []), beginning])
  }

  /** What began the hand-off that an event ends; nothing for any other event. */
  take(event: MaintEvent): readonly FollowedEnd[] {
    const end = endOf(event)
    if (end === undefined) return []
    const begun = this.#begun.get(end.handoffId) ?? []
    this.#begun.delete(end.handoffId)
    return begun.map(beginning => ({ ...beginning, end }))
  }
}

/** What an event says about the end of a hand-off, if it does. */
export function endOf({ name, payload }: MaintEvent): HandoffEnd | undefined {
  switch (name) {
    case 'handoff:completed':
      return { result: 'completed', ...payload }
    case 'handoff:cancelled':
      return { result: 'cancelled', ...payload }
    case 'handoff:failed':
      return payload.followedBy === 'nothing' ? { result: 'failed', ...payload } : undefined
    default:
      return undefined
  }
}
