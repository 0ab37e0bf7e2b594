import type { MaintEvent, MaintEventName, MaintEvents } from '../events/maint-events.js'
import type { Decision, Effect, Policy, Slot } from './link-state.js'
import { assertLegalMove, type Generation, type SlotState } from './phase.js'

/** A decision in the making: what one call of the reducer changes, in order. It never outlives that call. */
export class Draft {
  slot: Slot
  readonly now: number
  readonly policy: Policy
  readonly #effects: Effect[] = []

  constructor(slot: Slot, now: number, policy: Policy) {
    this.slot = slot
    this.now = now
    this.policy = policy
  }

  /** Enters a state, if the table of legal moves allows it. */
  enter(phase: SlotState): void {
    assertLegalMove(this.slot.phase.state, phase.state)
    this.slot = { ...this.slot, phase }
  }

  /** Changes anything but the state. */
  update(change: Partial<Omit<Slot, 'phase'>>): void {
    this.slot = { ...this.slot, ...change }
  }

  /** The number of the next connection. */
  newGeneration(): Generation {
    const generations = this.slot.generations + 1
    this.update({ generations })
    return generations
  }

  do(...effects: readonly Effect[]): void {
    this.#effects.push(...effects)
  }

  emit<K extends MaintEventName>(name: K, payload: MaintEvents[K]): void {
    // The pair is well typed by the signature; TypeScript cannot follow it into the union.
    this.do({ type: 'emit', event: { name, payload } as MaintEvent })
  }

  finish(): Decision {
    return { slot: this.slot, effects: this.#effects }
  }
}

/** The generation that serves in a state, if any. */
export function servingGeneration(phase: SlotState): Generation | undefined {
  return 'current' in phase ? phase.current : undefined
}

/** The generation that is being made in a state, if any. */
export function nextGeneration(phase: SlotState): Generation | undefined {
  return 'next' in phase ? phase.next : undefined
}
