import {
  type Announcement,
  type Completion,
  isCompletion,
  type Numbering,
  type ShardsLeavingAnnouncement,
  type SlotsMigratingAnnouncement,
} from './announcement.js'

/** What the database remembers of its announcements: one sequence of numbers for all nodes, and the last completion. */
export class History {
  #next: number
  #last: Numbering<Completion> | undefined
  #start: Numbering<ShardsLeavingAnnouncement | SlotsMigratingAnnouncement> | undefined

  /** @param firstSequence - The number of the first announcement. */
  constructor(firstSequence: number) {
    this.#next = firstSequence
  }

  /** What is repeated to a connection that opts in, as long as there is no later completion. */
  get lastCompletion(): Numbering<Completion> | undefined {
    return this.#last
  }

  /** A start that is told to connections that opt in before its end. */
  get openStart(): Numbering<ShardsLeavingAnnouncement | SlotsMigratingAnnouncement> | undefined {
    return this.#start
  }

  /** Numbers an announcement, unless it brings its own number. */
  number<T extends Announcement>(announcement: T): Numbering<T> {
    const sequence = announcement.sequence ?? this.#next
    this.#next = Math.max(this.#next, sequence + 1)
    return { ...announcement, sequence }
  }

  /** Remembers a completion, and a start until then. Other announcements go only to the connections that are open. */
  keep(announcement: Numbering<Announcement>): void {
    if (isCompletion(announcement)) {
      this.#last = announcement
      this.#start = undefined
    } else if ('tellNewcomers' in announcement && announcement.tellNewcomers === true) this.#start = announcement
  }

  /** Forgets the last completion. */
  forget(): void {
    this.#last = undefined
  }
}
