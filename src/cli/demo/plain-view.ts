import type { Scene, SceneStep } from '../rehearsal/scene.js'
import type { View } from '../rehearsal/view.js'
import { printMs } from './score-table.js'

/** Tells a run in lines: what begins, what the client says, how it went. */
export class PlainView implements View {
  readonly #write: (line: string) => void
  #shown: Scene | undefined

  /** @param write - Takes a line without its end. */
  constructor(write: (line: string) => void) {
    this.#write = write
  }

  show(scene: Scene): void {
    const before = this.#shown
    this.#shown = scene
    if (before === undefined || before.client !== scene.client) {
      this.#write(`${scene.client}, over ${scene.backend}`)
      for (const { name, endpoint } of scene.nodes) this.#write(`  node ${name} at ${endpoint}`)
    }
    for (const note of newNotes(before, scene)) this.#write(`${timeOf(scene)}    ${note}`)
    for (const [index, shown] of scene.steps.entries()) {
      if (shown.state !== before?.steps[index]?.state) this.#tell(scene, shown)
    }
  }

  end(): void {
    this.#shown = undefined
  }

  #tell(scene: Scene, { step, state, stallMs, failed }: SceneStep): void {
    if (state === 'now') this.#write(`${timeOf(scene)}  ${step.title}: ${step.meaning}`)
    if (state !== 'done') return
    const { perSecond } = scene
    this.#write(
      `${timeOf(scene)}    on node ${scene.current}, ${Math.round(perSecond)} commands/s, ${failed} failed, longest ${printMs(stallMs)}`,
    )
  }
}

/** Notes that came since; of many at once only the last few are there. */
function newNotes(before: Scene | undefined, { notes, noted }: Scene): readonly string[] {
  const news = noted - (before?.noted ?? 0)
  return news > 0 ? notes.slice(-news) : []
}

function timeOf({ elapsedMs }: Scene): string {
  return `${(elapsedMs / 1_000).toFixed(1).padStart(6)} s`
}
