import type { Clock, Timer } from '../../base/clock.js'

interface Appointment {
  readonly dueAt: number
  /** Tells which of two at the same instant was made first. */
  readonly order: number
  task: (() => void) | undefined
}

/** A virtual clock for hundreds of thousands of timers: it goes on to the next one that is due, in whole milliseconds. */
export class AgendaClock implements Clock {
  /** A binary heap: none is due before the one at `(index - 1) / 2`. */
  readonly #heap: Appointment[] = []
  #now = 0
  #made = 0

  now(): number {
    return this.#now
  }

  epochMs(): number {
    return this.#now
  }

  after(delayMs: number, task: () => void): Timer {
    this.#made += 1
    const appointment: Appointment = { dueAt: this.#now + Math.ceil(Math.max(delayMs, 0)), order: this.#made, task }
    this.#push(appointment)
    return {
      dispose: () => {
        appointment.task = undefined
      },
    }
  }

  /** Runs everything that is due, and what that brings about, until no timer is left. */
  async run(): Promise<void> {
    // All promise jobs, and those that they bring about, run before the next turn of the event loop.
    const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
    await settle()
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      this.#now = first.dueAt
      while (this.#heap[0]?.dueAt === this.#now) this.#pop()?.task?.()
      await settle()
    }
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap
    let index = heap.length
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || isBefore(parent, appointment)) break
      heap[index] = parent
      index = above
    }
    heap[index] = appointment
  }

  #pop(): Appointment | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (last === undefined || last === first) return first
    let index = 0
    for (let below = this.#earlierBelow(index); below !== undefined; below = this.#earlierBelow(index)) {
      if (isBefore(last, below.appointment)) break
      heap[index] = below.appointment
      index = below.index
    }
    heap[index] = last
    return first
  }

  #earlierBelow(index: number): { readonly appointment: Appointment; readonly index: number } | undefined {
    const left = this.#heap[2 * index + 1]
    const right = this.#heap[2 * index + 2]
    if (left === undefined) return undefined
    if (right !== undefined && isBefore(right, left)) return { appointment: right, index: 2 * index + 2 }
    return { appointment: left, index: 2 * index + 1 }
  }
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.dueAt === b.dueAt ? a.order < b.order : a.dueAt < b.dueAt
}
