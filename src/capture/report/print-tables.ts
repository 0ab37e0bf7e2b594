import { type Html, html, printDuration, printMoment } from './html.js'
import type { PhaseName, ReportedCapture, ReportedHandoff } from './report-model.js'

/** The most rows of a table; what is beyond them is counted. */
const MOST_ROWS = 500

const PHASE_TITLES: Readonly<Record<PhaseName, string>> = {
  prepare: 'dial and prepare',
  wait: 'wait for the application',
  fence: 'fence: commands paused',
  drain: 'old connection drains',
}

/** Each hand-off with its phases, each announcement, each error, as text: for print, and for those who hear the page. */
export function printTables(capture: ReportedCapture): Html {
  const { clients, connections } = capture
  const handoffs = clients.flatMap(client => client.handoffs)
  const heard = connections.flatMap(({ connection, notifications }) =>
    notifications.map(({ at, text }) => ({ at, cells: [`${connection}`, text] })),
  )
  const failed = connections.flatMap(({ connection, errors }) =>
    errors.map(({ at, text }) => ({ at, cells: [`${connection}`, text] })),
  )
  const told = clients.flatMap(({ link, incidents }) =>
    incidents.map(({ at, text }) => ({ at, cells: [`${link}`, text] })),
  )
  return html`${handoffs.length === 0 ? '' : html`<section aria-label="Hand-offs"><h2>Hand-offs</h2><div class="cards">${handoffs.map(printHandoff)}</div></section>`}
${printTable({ title: 'Announcements', columns: ['Connection', 'What'], rows: heard })}
${printTable({ title: 'Errors', columns: ['Connection', 'Command and error'], rows: failed })}
${printTable({ title: 'Told by the client', columns: ['Client', 'What'], rows: told })}`
}

function printHandoff(handoff: ReportedHandoff): Html {
  const { id, from, to, reason, target, result, why, graceMs, pausedMs, held, attempts, phases } = handoff
  const end = Math.max(to, ...phases.map(phase => phase.to))
  const scale = Math.max(end - from, 0.001)
  const bars = phases.map(
    phase =>
      html`<span class="phase ${phase.name}" style="left:${(((phase.from - from) / scale) * 100).toFixed(2)}%;width:${(((phase.to - phase.from) / scale) * 100).toFixed(2)}%"></span>`,
  )
  return html`<article class="card ${result}" data-handoff="${id}">
<h3>${reason} to ${target} <span class="badge">${result}</span></h3>
<p>At ${printMoment(from)}, in ${printDuration(to - from)}${graceMs > 0 ? html` of the ${printDuration(graceMs)} that were given` : ''}${why === '' ? '' : html`: ${why}`}</p>
<div class="phases" aria-hidden="true">${bars}</div>
<ul>${sumsOf(phases)}</ul>
<p class="facts">Commands paused for <b>${printDuration(pausedMs)}</b> · <b>${held}</b> held · <b>${attempts}</b> ${attempts === 1 ? 'dial' : 'dials'}</p>
</article>`
}

function sumsOf(phases: ReportedHandoff['phases']): readonly Html[] {
  const names = [...new Set(phases.map(({ name }) => name))]
  return names.map(name => {
    const own = phases.filter(phase => phase.name === name)
    const sum = own.reduce((all, { from, to }) => all + to - from, 0)
    const times = name === 'prepare' && own.length > 1 ? `, ${own.length} times` : ''
    return html`<li><i class="key ${name}"></i>${PHASE_TITLES[name]}${times} <b>${printDuration(sum)}</b></li>`
  })
}

interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly at: number; readonly cells: readonly string[] }[]
}

function printTable({ title, columns, rows }: Table): Html {
  if (rows.length === 0) return html``
  const sorted = [...rows].sort((one, other) => one.at - other.at)
  const beyond = rows.length - MOST_ROWS
  return html`<section aria-label="${title}"><details open><summary><h2>${title}</h2> <span>${rows.length}</span></summary>
<table><thead><tr><th scope="col">When</th>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${sorted.slice(0, MOST_ROWS).map(({ at, cells }) => html`<tr><td>${printMoment(at)}</td>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>
${beyond > 0 ? html`<p>and ${beyond} more</p>` : ''}</details></section>`
}
