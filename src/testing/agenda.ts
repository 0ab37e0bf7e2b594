/** Something to do at an instant. */
export interface Appointment {
  readonly dueAt: number
  readonly task: () => void
}

interface Entry extends Appointment {
  /** The order of creation, which decides between two at the same instant. */
  readonly number: number
  /** Where it is in the heap; -1 once it was taken out. */
  place: number
}

/**
 * Appointments in the order of time, and at one instant in the order of creation. Fast enough for hundreds of
 * thousands.
 */
export class Agenda {
  /** A binary heap: no entry is due before the one at `(place - 1) >> 1`. */
  readonly #heap: Entry[] = []
  #made = 0

  get size(): number {
    return this.#heap.length
  }

  /** The next one that is due. */
  get first(): Appointment | undefined {
    return this.#heap[0]
  }

  /**
   * Adds an appointment. The returned function removes it; a second call, or a call after it was taken out, does
   * nothing.
   */
  add(dueAt: number, task: () => void): () => void {
    this.#made += 1
    const entry: Entry = { dueAt, task, number: this.#made, place: this.#heap.length }
    this.#raise(entry)
    return () => this.#remove(entry)
  }

  /** Takes out the next one that is due. */
  takeFirst(): Appointment | undefined {
    const [first] = this.#heap
    if (first !== undefined) this.#remove(first)
    return first
  }

  #remove(entry: Entry): void {
    const { place } = entry
    if (place === -1) return
    entry.place = -1
    const last = this.#heap.pop()
    if (last === undefined || last === entry) return
    last.place = place
    this.#raise(last)
    this.#lower(last)
  }

  /** Moves an entry up to its place. */
  #raise(entry: Entry): void {
    for (;;) {
      const above = entry.place === 0 ? undefined : this.#heap[(entry.place - 1) >> 1]
      if (above === undefined || isBefore(above, entry)) break
      const { place } = above
      this.#put(above, entry.place)
      entry.place = place
    }
    this.#put(entry, entry.place)
  }

  /** Moves an entry down to its place. */
  #lower(entry: Entry): void {
    for (;;) {
      const below = this.#earlierBelow(entry.place)
      if (below === undefined || isBefore(entry, below)) break
      const { place } = below
      this.#put(below, entry.place)
      entry.place = place
    }
    this.#put(entry, entry.place)
  }

  #put(entry: Entry, place: number): void {
    entry.place = place
    this.#heap[place] = entry
  }

  #earlierBelow(place: number): Entry | undefined {
    const left = this.#heap[2 * place + 1]
    const right = this.#heap[2 * place + 2]
    return left !== undefined && right !== undefined && isBefore(right, left) ? right : left
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueAt === b.dueAt ? a.number < b.number : a.dueAt < b.dueAt
}
