import type { SlotRange } from '../../notifications/notification.js'
import {
  type Announcement,
  type Completion,
  isCompletion,
  type Numbering,
  type SlotsMigratingAnnouncement,
} from './announcement.js'

/** What the database remembers of its announcements: one sequence of numbers for all nodes, and the last completion. */
export class History {
  #next: number
  #last: Numbering<Completion> | undefined
  #start: Numbering<SlotsMigratingAnnouncement> | undefined

  /** @param firstSequence - The number of the first announcement. */
  constructor(firstSequence: number) {
    this.#next = firstSequence
  }

  /** What is repeated to a connection that opts in, as long as there is no later completion. */
  get lastCompletion(): Numbering<Completion> | undefined {
    return this.#last
  }

  /** A start that is told to connections that opt in before its end. */
  get openStart(): Numbering<SlotsMigratingAnnouncement> | undefined {
    return this.#start
  }

  /** Numbers a start of moving slots, and keeps it until it is closed. */
  open(slots: readonly SlotRange[]): Numbering<SlotsMigratingAnnouncement> {
    this.#start = this.number({ type: 'slots-migrating', slots })
    return this.#start
  }

  /** Ends what {@link open} began. */
  close(): void {
    this.#start = undefined
  }

  /** Numbers an announcement, unless it brings its own number. */
  number<T extends Announcement>(announcement: T): Numbering<T> {
    const sequence = announcement.sequence ?? this.#next
    this.#next = Math.max(this.#next, sequence + 1)
    return { ...announcement, sequence }
  }

  /** Remembers a completion. Other announcements go only to the connections that are open. */
  keep(announcement: Numbering<Announcement>): void {
    if (isCompletion(announcement)) this.#last = announcement
  }

  /** Forgets the last completion. */
  forget(): void {
    this.#last = undefined
  }
}
