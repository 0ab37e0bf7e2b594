import type { Sample } from '../player/notes/tally.js'
import type { Incidents } from '../player/player-messages.js'
import type { NodeName, NodeView } from './rehearsal-stage.js'
import type { Step } from './script.js'

/** A step of the timeline. */
export interface SceneStep {
  readonly step: Step
  readonly state: 'to-come' | 'now' | 'done'
  /** The longest that a command took while it lasted, in milliseconds. */
  readonly stallMs: number
  /** Commands that failed while it lasted. */
  readonly failed: number
}

/** Everything that a view shows, at one moment. */
export interface Scene {
  readonly client: string
  readonly backend: string
  readonly elapsedMs: number
  readonly steps: readonly SceneStep[]
  readonly nodes: readonly NodeView[]
  readonly current: NodeName
  readonly sample: Sample
  readonly incidents: Incidents
  readonly perSecond: number
  /** 99 % of the commands of the last second took no longer, in milliseconds. */
  readonly p99Ms: number
  /** The longest command of each moment, oldest first, in milliseconds. */
  readonly history: readonly number[]
  /** What the client told last. */
  readonly notes: readonly string[]
  /** How often it told something so far. */
  readonly noted: number
}

const NOTHING: Sample = {
  answered: 0,
  failed: 0,
  cut: 0,
  unanswered: 0,
  waitingMs: 0,
  longestMs: 0,
  recent: { answered: 0, p99Ms: 0, longestMs: 0 },
}

/** How many samples make a second of the live figures. */
const SAMPLES_PER_SECOND = 10

const HISTORY_LENGTH = 240
const NOTES_LENGTH = 4

/** What a scene begins with. */
export interface SceneParts {
  readonly client: string
  readonly backend: string
  readonly steps: readonly Step[]
  readonly nodes: readonly NodeView[]
}

/** The scene before anything has happened. */
export function openScene({ client, backend, steps, nodes }: SceneParts): Scene {
  return {
    client,
    backend,
    elapsedMs: 0,
    steps: steps.map(step => ({ step, state: 'to-come', stallMs: 0, failed: 0 })),
    nodes,
    current: 'A',
    sample: NOTHING,
    incidents: { handoffs: 0, reconnects: 0, errors: 0, unhandled: 0 },
    perSecond: 0,
    p99Ms: 0,
    history: [],
    notes: [],
    noted: 0,
  }
}

/** Another step begins; the one before is done. Without a step all are done. */
export function enterStep(scene: Scene, step: Step | undefined): Scene {
  const steps = scene.steps.map((shown): SceneStep => {
    if (shown.step === step) return { ...shown, state: 'now' }
    return shown.state === 'now' ? { ...shown, state: 'done' } : shown
  })
  return { ...scene, steps }
}

/** Counts arrived from the client. */
export function addSample(scene: Scene, sample: Sample, incidents: Incidents): Scene {
  const failed = sample.failed - scene.sample.failed
  const longestMs = Math.max(sample.recent.longestMs, sample.waitingMs)
  const steps = scene.steps.map(shown =>
    shown.state === 'now'
      ? { ...shown, stallMs: Math.max(shown.stallMs, longestMs), failed: shown.failed + failed }
      : shown,
  )
  return {
    ...scene,
    steps,
    sample,
    incidents,
    perSecond: smooth(scene.perSecond, sample.recent.answered * SAMPLES_PER_SECOND),
    p99Ms: smooth(scene.p99Ms, sample.recent.p99Ms),
    history: [...scene.history, longestMs].slice(-HISTORY_LENGTH),
  }
}

/** The client told something. */
export function addNote(scene: Scene, note: string): Scene {
  return { ...scene, notes: [...scene.notes, note].slice(-NOTES_LENGTH), noted: scene.noted + 1 }
}

/** Nearer to the new value by a third: figures that jump ten times a second cannot be read. */
function smooth(before: number, now: number): number {
  return before === 0 ? now : before + (now - before) / 3
}
