import type { WriteStream } from 'node:tty'
import type { Clock, Timer } from '../../base/clock.js'
import type { Scene } from '../rehearsal/scene.js'
import type { View } from '../rehearsal/view.js'
import { renderScene } from './render.js'

const REDRAW_EVERY_MS = 125
const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_BELOW = '\u001B[J'
const CLEAR_LINE = '\u001B[K'

/** Draws scenes in place, at most eight times a second. */
export class LiveView implements View {
  readonly #terminal: WriteStream
  readonly #clock: Clock
  readonly #color: boolean
  #undrawn: Scene | undefined
  #timer: Timer | undefined
  #drawnLines = 0
  #ended = false
  readonly #giveBack = (): void => void this.#terminal.write(SHOW_CURSOR)

  constructor(terminal: WriteStream, clock: Clock, color: boolean) {
    this.#terminal = terminal
    this.#clock = clock
    this.#color = color
    terminal.write(HIDE_CURSOR)
    // However the process ends, nobody shall have to type `reset`.
    process.once('exit', this.#giveBack)
  }

  show(scene: Scene): void {
    this.#undrawn = scene
    if (this.#timer === undefined) this.#drawLatest()
  }

  end(): void {
    if (this.#ended) return
    if (this.#undrawn !== undefined) this.#draw(this.#undrawn)
    this.#ended = true
    this.#timer?.dispose()
    process.removeListener('exit', this.#giveBack)
    this.#giveBack()
  }

  #drawLatest(): void {
    const scene = this.#undrawn
    if (scene === undefined || this.#ended) return
    this.#undrawn = undefined
    this.#draw(scene)
    this.#timer = this.#clock.after(REDRAW_EVERY_MS, () => {
      this.#timer = undefined
      this.#drawLatest()
    })
  }

  #draw(scene: Scene): void {
    const { columns = 80, rows = 24 } = this.#terminal
    const lines = renderScene(scene, { columns, rows, color: this.#color })
    const back = this.#drawnLines === 0 ? '' : `\u001B[${this.#drawnLines}A`
    this.#drawnLines = lines.length
    this.#terminal.write(`${back}\r${lines.map(line => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`)
  }
}
