import { answer, type Scrape, type Series } from './scrapes.js'

/** A panel of the dashboard, as far as it is drawn. */
export interface Panel {
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

/** The size of one cell of the grid, in pixels. */
const CELL = { w: 50, h: 22 } as const
const COLOURS = ['#73bf69', '#5794f2', '#f2cc0c', '#ff780a', '#f2495c', '#b877d9', '#8ab8ff', '#ffa6b0'] as const

/** What a panel shows of some scrapes. */
export function linesOf({ targets }: Panel, scrapes: readonly Scrape[]): readonly Series[] {
  return targets
    .flatMap(({ expr, legendFormat }) => answer(expr, scrapes, legendFormat))
    .filter(({ values }) => values.some(value => value !== undefined))
}

/** Draws a dashboard as Grafana lays it out, from what was scraped, as SVG. */
export function drawDashboard(panels: readonly Panel[], scrapes: readonly Scrape[]): string {
  const width = Math.max(...panels.map(({ gridPos: { x, w } }) => x + w)) * CELL.w
  const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * CELL.h
  const drawn = panels.map(panel => drawPanel(panel, linesOf(panel, scrapes)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>The Grafana dashboard, over a run with maintenance</title>',
    `<rect width="${width}" height="${height}" fill="#111217"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function drawPanel({ title, gridPos: { x, y, w, h } }: Panel, lines: readonly Series[]): string {
  const [width, height] = [w * CELL.w - 6, h * CELL.h - 6]
  const plot = { left: 40, top: 24, width: width - 50, height: height - 62 }
  const most = Math.max(0, ...lines.flatMap(({ values }) => values.map(value => finite(value) ?? 0)))
  const top = most === 0 ? 1 : most
  const paths = lines.map(({ values }, at) => {
    const points = values.flatMap((value, index) => {
      const known = finite(value)
      if (known === undefined) return []
      const px = plot.left + (plot.width * index) / Math.max(values.length - 1, 1)
      return [`${px.toFixed(1)},${(plot.top + plot.height * (1 - known / top)).toFixed(1)}`]
    })
    const colour = COLOURS[at % COLOURS.length]
    // What was there at one moment only is a dot.
    return points.length === 1
      ? `<circle cx="${points[0]?.split(',')[0]}" cy="${points[0]?.split(',')[1]}" r="2.5" fill="${colour}"/>`
      : `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  })
  return [
    `<g transform="translate(${x * CELL.w + 3} ${y * CELL.h + 3})">`,
    `<rect width="${width}" height="${height}" rx="3" fill="#181b1f" stroke="#2c3235"/>`,
    `<text x="8" y="16" fill="#d8d9da" font-weight="bold">${toXml(title)}</text>`,
    ...axis(plot, top),
    ...(lines.length === 0 ? [`<text x="${width / 2 - 24}" y="${height / 2}" fill="#6e7077">No data</text>`] : paths),
    ...legend(lines, { width, height }),
    '</g>',
  ].join('\n')
}

function axis(
  { left, top, width, height }: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>,
  most: number,
): readonly string[] {
  return [0, 0.5, 1].flatMap(part => {
    const y = top + height * (1 - part)
    return [
      `<line x1="${left}" y1="${y}" x2="${left + width}" y2="${y}" stroke="#2c3235"/>`,
      `<text x="${left - 4}" y="${y + 4}" fill="#8e8e8e" text-anchor="end">${Number((most * part).toPrecision(2))}</text>`,
    ]
  })
}

/** As many names as there is room for, in two rows. */
function legend(lines: readonly Series[], { width, height }: { width: number; height: number }): readonly string[] {
  let [x, y] = [8, height - 22]
  return lines.flatMap(({ legend: name }, at) => {
    const room = name.length * 6 + 22
    if (x + room > width) [x, y] = [8, y + 15]
    if (y > height) return []
    const colour = COLOURS[at % COLOURS.length]
    const drawn = `<rect x="${x}" y="${y - 3}" width="10" height="3" fill="${colour}"/><text x="${x + 13}" y="${y + 2}" fill="#ccccdc">${toXml(name)}</text>`
    x += room
    return [drawn]
  })
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function toXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
