import { styleText } from 'node:util'
import type { NodeView } from '../rehearsal/rehearsal-stage.js'
import type { Scene, SceneStep } from '../rehearsal/scene.js'
import { printMs } from './score-table.js'

/** What a terminal can show. */
export interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly color: boolean
}

/** Colours by what they stand for. */
const STYLES = { bold: 'bold', dim: 'dim', good: 'green', bad: 'red', busy: 'cyan' } as const
type Style = keyof typeof STYLES

/** The canvas has said whether there are colours, so that Node need not look at the output of the process. */
const PAINT = { validateStream: false }

/** A piece of a line. */
type Piece = string | readonly [style: Style, text: string]
type Line = readonly Piece[]

const BARS = '▁▂▃▄▅▆▇█'
const LABEL_WIDTH = 10

/** Latencies from this on, in milliseconds, fill a bar; the scale is logarithmic. */
const FULL_BAR_MS = 1_000
const EMPTY_BAR_MS = 1

/** Draws a scene as lines that fit the canvas. */
export function renderScene(scene: Scene, canvas: Canvas): readonly string[] {
  const figures = [
    figureLine('now', nowOf(scene)),
    figureLine('nodes', nodesOf(scene)),
    figureLine('speed', speedOf(scene)),
    figureLine('count', countsOf(scene)),
    figureLine('longest', [['busy', sparkline(scene.history, canvas.columns - LABEL_WIDTH - 2)]]),
  ]
  const head: Line[] = [titleOf(scene), []]
  // The cursor can only go back to lines that are still on the screen.
  const room = Math.max(canvas.rows - 1 - head.length - 1 - figures.length, 1)
  const steps = window(scene.steps, room).map(stepLine)
  const notes = room === steps.length ? [] : scene.notes.slice(steps.length - room)
  const lines = [...head, ...steps, [], ...figures, ...notes.map(noteLine)]
  return lines.slice(0, Math.max(canvas.rows - 1, 1)).map(line => paint(line, canvas))
}

/** Draws durations as a row of bars, the latest at the right end; each bar is the longest of its share. */
export function sparkline(history: readonly number[], width: number): string {
  const shown = width > 0 ? history.slice(-width) : []
  return shown.map(durationMs => BARS[barOf(durationMs)] ?? ' ').join('')
}

function barOf(durationMs: number): number {
  const share = Math.log(Math.max(durationMs, EMPTY_BAR_MS) / EMPTY_BAR_MS) / Math.log(FULL_BAR_MS / EMPTY_BAR_MS)
  return Math.min(Math.floor(share * BARS.length), BARS.length - 1)
}

function titleOf({ client, backend, elapsedMs }: Scene): Line {
  return [['bold', client], `  over ${backend}  `, ['dim', `${(elapsedMs / 1_000).toFixed(1)} s`]]
}

function stepLine({ step, state, stallMs, failed }: SceneStep): Line {
  if (state === 'to-come') return [['dim', `  · ${step.title}`]]
  const outcome: Piece = failed > 0 ? ['bad', `${failed} failed  `] : ''
  const stall: Piece = ['dim', `longest ${printMs(stallMs)}`]
  const tick: Piece = failed > 0 ? ['bad', '✘'] : state === 'now' ? ['busy', '▶'] : ['good', '✔']
  const title: Piece = state === 'now' ? ['bold', step.title] : step.title
  return ['  ', tick, ' ', title, '  ', outcome, stall]
}

function nowOf({ steps }: Scene): Line {
  const now = steps.find(({ state }) => state === 'now')
  return [now?.step.meaning ?? 'comparing with what the server holds']
}

function nodesOf({ nodes, current }: Scene): Line {
  return nodes.flatMap(node => nodeOf(node, node.name === current))
}

function nodeOf({ name, endpoint, listening, connections }: NodeView, current: boolean): Line {
  const mark: Piece = !listening ? ['bad', '✘'] : current ? ['good', '●'] : '○'
  const text = listening ? `${endpoint} (${connections})` : 'refuses'
  return [`${name} `, mark, ' ', current ? ['bold', text] : ['dim', text], '   ']
}

function speedOf({ perSecond, p99Ms, sample }: Scene): Line {
  const waiting: Piece = sample.waitingMs > 1_000 ? ['bad', `  waiting ${printMs(sample.waitingMs)}`] : ''
  return [
    `${Math.round(perSecond).toLocaleString('en-US')} commands/s   99 % within ${printMs(p99Ms)}`,
    `   longest so far ${printMs(sample.longestMs)}`,
    waiting,
  ]
}

function countsOf({ sample, incidents }: Scene): Line {
  const { failed, cut } = sample
  return [
    `${sample.answered.toLocaleString('en-US')} answered   `,
    [failed > 0 ? 'bad' : 'good', `${failed} failed`],
    `   ${cut} cut   ${incidents.handoffs} hand-offs   ${incidents.reconnects} reconnects`,
    incidents.unhandled > 0 ? ['bad', `   ${incidents.unhandled} unhandled`] : '',
  ]
}

function noteLine(note: string, index: number): Line {
  return figureLine(index === 0 ? 'client' : '', [['dim', note]])
}

function figureLine(label: string, pieces: Line): Line {
  return [['dim', `  ${label.padEnd(LABEL_WIDTH - 2)}`], ...pieces]
}

/** The stretch of steps around the present one that there is room for. */
function window(steps: readonly SceneStep[], room: number): readonly SceneStep[] {
  const now = steps.findIndex(({ state }) => state === 'now')
  const present = now === -1 ? steps.length - 1 : now
  const from = Math.max(Math.min(present - Math.floor(room / 2), steps.length - room), 0)
  return steps.slice(from, from + room)
}

/** Puts a line together, cut to the width of the canvas. */
function paint(line: Line, { columns, color }: Canvas): string {
  let left = Math.max(columns - 1, 1)
  let painted = ''
  for (const piece of line) {
    const [style, whole] = typeof piece === 'string' ? [undefined, piece] : piece
    const text = whole.slice(0, left)
    left -= text.length
    painted += style === undefined || !color || text === '' ? text : styleText(STYLES[style], text, PAINT)
  }
  return painted
}
