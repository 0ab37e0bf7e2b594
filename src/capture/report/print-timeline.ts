import { type Html, html, printCount, printDuration, printMoment } from './html.js'
import type { ReportedCapture, ReportedClient, ReportedConnection, Span } from './report-model.js'

/** The most marks of one kind in a row: more of them, close together, become one. */
const MARKS = 200
const TICKS = 6

/** The recording as rows over one axis: each client, and each of its connections. */
export function printTimeline(capture: ReportedCapture): Html {
  const { clients, connections } = capture
  const scale = Math.max(capture.durationMs, 1)
  const known = new Set(clients.map(({ link }) => link))
  const others = connections.filter(({ link }) => link === undefined || !known.has(link))
  return html`<section aria-label="Timeline">
<h2>Timeline</h2>
${LEGEND}
<div class="timeline">
<div class="row axis" aria-hidden="true"><div class="name"></div><div class="track">${ticks(scale)}</div></div>
${clients.map(client => html`${clientRow(client, scale)}${connections.filter(({ link }) => link === client.link).map(each => connectionRow(each, scale))}`)}
${others.map(each => connectionRow(each, scale))}
</div>
</section>`
}

const LEGEND = html`<ul class="legend" aria-hidden="true">
<li><i class="key relaxed"></i>timeouts relaxed</li><li><i class="key handoff"></i>hand-off</li><li><i class="key failed"></i>hand-off failed</li>
<li><i class="key life"></i>connection</li><li><i class="key note"></i>announcement</li><li><i class="key error"></i>error</li><li><i class="key slow"></i>slowest answers</li>
</ul>`

function ticks(scale: number): readonly Html[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => {
    const part = index / TICKS
    return html`<span class="tick" style="left:${(part * 100).toFixed(2)}%">${printDuration(part * scale)}</span>`
  })
}

function clientRow({ link, relaxations, handoffs, incidents }: ReportedClient, scale: number): Html {
  return html`<div class="row client" data-client="${link}">
<div class="name"><b>Client ${link}</b><small>${printCount(handoffs.length, 'hand-off')}</small></div>
<div class="track">
${relaxations.map(span => html`<button class="span relaxed" style="${place(span, scale)}"${tip(span, scale, `Timeouts relaxed: ${span.cause}, for ${printDuration(span.to - span.from)}`)}></button>`)}
${handoffs.map(each => html`<button class="span handoff ${each.result}" style="${place(each, scale)}"${tip(each, scale, `Hand-off ${each.id} (${each.reason}) to ${each.target}: ${each.result} in ${printDuration(each.to - each.from)}, commands paused for ${printDuration(each.pausedMs)}, ${each.held} held`)}></button>`)}
${gather(incidents, scale).map(({ at, text }) => mark('incident', { at, text }, scale))}
</div></div>`
}

function connectionRow(connection: ReportedConnection, scale: number): Html {
  const { notifications, errors, latency, commands, server, auxiliary, refusals } = connection
  const name = `Connection ${connection.connection}`
  const end = connection.isClosed ? `, ended by the ${connection.closedBy ?? 'network'}` : ', still open'
  const refused = refusals === 0 ? '' : `, ${printCount(refusals, 'question')} of the handshake refused`
  const life = `${name} to ${server}: ${printCount(commands, 'command')}, 99 % within ${printDuration(latency.p99)}, at most ${printDuration(latency.most)}${refused}${end}`
  return html`<div class="row connection" data-connection="${connection.connection}">
<div class="name">${name}${auxiliary ? ' (own)' : ''}<small>${server}</small></div>
<div class="track">
<button class="span life ${connection.closedBy === 'server' ? 'lost' : ''}" style="${place(connection, scale)}"${tip(connection, scale, life)}></button>
${slowest(latency.slices)}
${gather(notifications, scale).map(each => mark('note', each, scale))}
${gather(errors, scale).map(each => mark('error', each, scale))}
</div></div>`
}

/** Bars of the longest answers, on a logarithmic scale from 1 ms to 10 s. */
function slowest(slices: readonly number[]): Html {
  const bars = slices.flatMap((ms, index) => {
    const height = ms === 0 ? 0 : Math.max(4, Math.min(100, (Math.log10(Math.max(ms, 1)) / 4) * 100))
    return height === 0 ? [] : [`M${index} 100h.8v${(-height).toFixed(1)}h-.8z`]
  })
  return html`<svg class="bars" viewBox="0 0 ${slices.length} 100" preserveAspectRatio="none" aria-hidden="true"><path d="${bars.join('')}"/></svg>`
}

interface Gathered {
  readonly at: number
  readonly text: string
}

/** Moments that would lie on top of each other become one. */
function gather(moments: readonly Gathered[], scale: number): readonly Gathered[] {
  const groups = new Map<number, Gathered[]>()
  for (const moment of moments) {
    const slot = Math.round((moment.at / scale) * MARKS)
    groups.set(slot, [...(groups.get(slot) ?? []), moment])
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const texts = [...new Set(group.map(({ text }) => text))]
    const more = texts.length > 3 ? ` and ${texts.length - 3} other kinds` : ''
    const count = group.length > 1 ? `${group.length} × ` : ''
    return [{ at: first.at, text: `${count}${texts.slice(0, 3).join(', ')}${more}` }]
  })
}

function mark(kind: string, { at, text }: Gathered, scale: number): Html {
  const span = { from: at, to: at }
  return html`<button class="mark ${kind}" style="left:${percent(at, scale)}%"${tip(span, scale, text)}></button>`
}

/** What is read where it is pointed at, and to those who listen; towards the middle, so that it stays on the page. */
function tip({ from }: Span, scale: number, text: string): Html {
  const full = `${printMoment(from)}: ${text}`
  return html` type="button" data-side="${from / scale > 0.5 ? 'left' : 'right'}" data-tip="${full}" aria-label="${full}"`
}

function place({ from, to }: Span, scale: number): string {
  return `left:${percent(from, scale)}%;width:${percent(Math.max(0, to - from), scale)}%`
}

function percent(ms: number, scale: number): string {
  return ((Math.min(ms, scale) / scale) * 100).toFixed(3)
}
