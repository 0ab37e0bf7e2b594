import { createSeededRandom } from '../../base/random.js'
import { STEADY, type Step } from '../rehearsal/script.js'
import { FAULTS, type Fault, pick } from './faults.js'

/** What chaos is drawn from. */
export interface ChaosSettings {
  readonly seed: number
  /** About how long faults go on, in milliseconds. */
  readonly forMs: number
  /** The names of the faults to draw from. */
  readonly only: readonly string[]
}

/** Whatever was broken is found and mended within this time, in milliseconds. */
const CALM_MS = 4_000
const PAUSE_MS = 1_500
/** How often there is a pause behind a fault; else the next one follows at once. */
const PAUSES = 0.5

/**
 * Draws a script: the same settings give the same one. Each fault draws from a source of its own, so that nothing that the
 * client does changes the next.
 */
export function drawScript({ seed, forMs, only }: ChaosSettings): readonly Step[] {
  const random = createSeededRandom(seed)
  const [first = 'moving', ...others] = only
  const steps: Step[] = [STEADY]
  for (let atMs = 0; atMs < forMs; ) {
    const name = pick([first, ...others], random)
    const fault = FAULTS[name]
    if (fault === undefined) throw new RangeError(`There is no fault ${name}`)
    const [least, most] = fault.lasts
    const lastsMs = Math.round(least + random() * (most - least) + (random() < PAUSES ? random() * PAUSE_MS : 0))
    steps.push(toStep(`${steps.length}:${name}`, fault, { lastsMs, seed: Math.floor(random() * 2 ** 32) }))
    atMs += lastsMs
  }
  return [...steps, { ...STEADY, id: 'calm', title: 'All nodes are well again', lastsMs: CALM_MS }]
}

function toStep(id: string, { title, cuts, act }: Fault, drawn: { lastsMs: number; seed: number }): Step {
  return {
    id,
    title,
    meaning: `for ${(drawn.lastsMs / 1_000).toFixed(1)} s`,
    lastsMs: drawn.lastsMs,
    resets: cuts === true,
    act: async stage => act(stage, createSeededRandom(drawn.seed)),
  }
}
