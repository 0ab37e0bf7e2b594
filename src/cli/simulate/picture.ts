import { BUCKET_MS } from './arrivals.js'
import type { FleetRun } from './fleet.js'
import type { FleetArgs } from './fleet-args.js'
import type { FleetResult } from './report.js'

/** The area of one of the two diagrams, in pixels. */
interface Panel {
  readonly title: string
  readonly run: FleetRun
  readonly top: number
  readonly color: string
}

const WIDTH = 960
const LEFT = 84
const RIGHT = 24
const PANEL_HEIGHT = 170
const PANEL_GAP = 84
const FIRST_TOP = 84
const HEIGHT = FIRST_TOP + 2 * PANEL_HEIGHT + PANEL_GAP + 48
const PLOT_WIDTH = WIDTH - LEFT - RIGHT
const TEXT = '#24292f'
const FAINT = '#8c959f'

/** Draws the arrivals of both moves over the same time, as an SVG document. Each has a scale of its own. */
export function drawFleet(args: FleetArgs, { unpaced, paced }: FleetResult): string {
  const lastBucket = Math.max(unpaced.arrivals.length, paced.arrivals.length)
  const spanMs = Math.max(args.graceMs, lastBucket * BUCKET_MS) * 1.02
  const { processes, connections, handshakeMs } = args
  const title = `${count(processes)} processes × ${connections} connections, told to move at 0 s`
  const panels: readonly Panel[] = [
    { title: 'without pacing', run: unpaced, top: FIRST_TOP, color: '#cf222e' },
    { title: 'with pacing', run: paced, top: FIRST_TOP + PANEL_HEIGHT + PANEL_GAP, color: '#1a7f37' },
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"` +
      ' font-family="system-ui, sans-serif" font-size="13">',
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text({ x: LEFT, y: 28 }, title, `font-size="17" font-weight="600" fill="${TEXT}"`),
    text(
      { x: LEFT, y: 48 },
      `arrivals at the new node per ${BUCKET_MS} ms; a handshake takes ${handshakeMs} ms`,
      fill(FAINT),
    ),
    ...panels.flatMap(panel => drawPanel(panel, { spanMs, graceMs: args.graceMs })),
    '</svg>',
    '',
  ].join('\n')
}

function drawPanel(panel: Panel, time: { spanMs: number; graceMs: number }): readonly string[] {
  const { title, run, top, color } = panel
  const bottom = top + PANEL_HEIGHT
  const { peak, mean, late, total } = run
  const missed = ((100 * late) / Math.max(total, 1)).toFixed(2)
  const caption = `${title}: peak ${count(peak)}, mean ${count(Math.round(mean))} in the window used, ${missed} % late`
  return [
    text({ x: LEFT, y: top - 12 }, caption, `font-weight="600" ${fill(color)}`),
    ...drawBars(panel, time.spanMs),
    line({ x1: LEFT, y1: bottom, x2: LEFT + PLOT_WIDTH, y2: bottom }, `stroke="${FAINT}"`),
    text({ x: LEFT - 8, y: top + 10 }, count(peak), `text-anchor="end" ${fill(TEXT)}`),
    text({ x: LEFT - 8, y: bottom }, '0', `text-anchor="end" ${fill(TEXT)}`),
    ...drawSeconds(bottom, time.spanMs),
    ...drawGrace({ top, bottom }, time),
  ]
}

function drawBars({ run, top, color }: Panel, spanMs: number): readonly string[] {
  const width = (BUCKET_MS / spanMs) * PLOT_WIDTH
  return run.arrivals.flatMap((arrived, bucket) => {
    if (arrived === 0) return []
    const height = (arrived / run.peak) * PANEL_HEIGHT
    const place = `x="${px(LEFT + bucket * width)}" y="${px(top + PANEL_HEIGHT - height)}"`
    const size = `width="${px(Math.max(width - 0.5, 0.5))}" height="${px(height)}"`
    return [`<rect ${place} ${size} ${fill(color)}><title>${bucket / 10} s: ${count(arrived)}</title></rect>`]
  })
}

function drawSeconds(bottom: number, spanMs: number): readonly string[] {
  const stepMs = Math.max(1_000, Math.ceil(spanMs / 20_000) * 1_000)
  const marks = Array.from({ length: Math.floor(spanMs / stepMs) + 1 }, (_, mark) => mark * stepMs)
  return marks.map(ms =>
    text({ x: toX(ms, spanMs), y: bottom + 18 }, `${ms / 1_000} s`, `text-anchor="middle" ${fill(FAINT)}`),
  )
}

function drawGrace(
  { top, bottom }: { top: number; bottom: number },
  { graceMs, spanMs }: { graceMs: number; spanMs: number },
): readonly string[] {
  const x = toX(graceMs, spanMs)
  return [
    line({ x1: x, y1: top, x2: x, y2: bottom }, `stroke="${TEXT}" stroke-dasharray="4 3"`),
    text({ x: x - 6, y: top + 12 }, 'end of the grace', `text-anchor="end" ${fill(TEXT)}`),
  ]
}

function toX(ms: number, spanMs: number): number {
  return LEFT + (ms / spanMs) * PLOT_WIDTH
}

function line(at: { x1: number; y1: number; x2: number; y2: number }, attributes: string): string {
  return `<line x1="${px(at.x1)}" y1="${px(at.y1)}" x2="${px(at.x2)}" y2="${px(at.y2)}" ${attributes}/>`
}

function text(at: { x: number; y: number }, content: string, attributes: string): string {
  return `<text x="${px(at.x)}" y="${px(at.y)}" ${attributes}>${content}</text>`
}

function fill(color: string): string {
  return `fill="${color}"`
}

function px(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
