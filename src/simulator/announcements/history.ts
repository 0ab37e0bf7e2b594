import { type Announcement, type Completion, isCompletion, type Numbering } from './announcement.js'

/** What the database remembers of its announcements: one sequence of numbers for all nodes, and the last completion. */
export class History {
  #next: number
  #last: Numbering<Completion> | undefined

  /** @param firstSequence - The number of the first announcement. */
  constructor(firstSequence: number) {
    this.#next = firstSequence
  }

  /** What is repeated to a connection that opts in, as long as there is no later completion. */
  get lastCompletion(): Numbering<Completion> | undefined {
    return this.#last
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
