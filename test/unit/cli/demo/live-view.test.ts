import type { WriteStream } from 'node:tty'
import { expect, it } from 'vitest'
import { LiveView } from '../../../../src/cli/demo/live-view.js'
import { openScene, type Scene } from '../../../../src/cli/rehearsal/scene.js'
import { SCRIPT } from '../../../../src/cli/rehearsal/script.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const SCENE = openScene({ client: 'redis-hitless', backend: 'built-in store', steps: SCRIPT, nodes: [] })
const ESCAPE = '\u001B'

/** A screen that keeps what is written to it. */
class Screen {
  readonly columns = 80
  readonly rows = 30
  text = ''

  write(text: string): boolean {
    this.text += text
    return true
  }

  get drawings(): number {
    return this.text.split(`${ESCAPE}[J`).length - 1
  }
}

function createView() {
  const [screen, clock] = [new Screen(), createVirtualClock()]
  // A view needs no more of a terminal than its size and a place to write to.
  return { screen, clock, view: new LiveView(screen as unknown as WriteStream, clock, false) }
}

it('hides the cursor, and gives it back in the end, once', () => {
  const { screen, view } = createView()
  view.show(SCENE)
  view.end()
  view.end()
  view.show(SCENE)
  expect(screen.text.startsWith(`${ESCAPE}[?25l`)).toBe(true)
  expect(screen.text.endsWith(`${ESCAPE}[?25h`)).toBe(true)
  expect(screen.text.split(`${ESCAPE}[?25h`)).toHaveLength(2)
})

it('gives the cursor back when the process ends without it', () => {
  const { screen, view } = createView()
  const [restore] = process.listeners('exit').slice(-1)
  restore?.call(process, 0)
  expect(screen.text.endsWith(`${ESCAPE}[?25h`)).toBe(true)
  view.end()
})

it('draws at most ten times a second, and always the latest scene', () => {
  const { screen, clock, view } = createView()
  for (let instantMs = 0; instantMs < 1_000; instantMs += 10) {
    const scene: Scene = { ...SCENE, elapsedMs: instantMs * 10 }
    view.show(scene)
    clock.advanceBy(10)
  }
  expect(screen.drawings).toBeLessThanOrEqual(10)
  view.end()
  expect(screen.text).toContain('9.9 s')
})

it('goes back to the first line of the last drawing', () => {
  const { screen, clock, view } = createView()
  view.show(SCENE)
  const height = screen.text.split('\n').length - 1
  clock.advanceBy(1_000)
  view.show(SCENE)
  expect(screen.text).toContain(`${ESCAPE}[${height}A`)
  view.end()
})
