import type { Capture } from '../format/capture.js'
import { describeCapture } from './describe-capture.js'
import { Html, html, printCount, printDuration } from './html.js'
import { printTables } from './print-tables.js'
import { printTimeline } from './print-timeline.js'
import type { ReportedCapture, Totals } from './report-model.js'
import { STYLE } from './report-style.js'

/** A capture with the name that a report shows. */
export interface NamedCapture {
  readonly name: string
  readonly capture: Capture
}

/**
 * Makes a page of captures, as HTML in one piece: it loads nothing, runs no script, and shows the text of captures as text.
 *
 * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED` where a side sent no RESP.
 */
export function createReport(captures: readonly NamedCapture[]): string {
  return printReport(captures.map(({ name, capture }) => describeCapture(name, capture)))
}

/** The page of captures that are described already. */
function printReport(captures: readonly ReportedCapture[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Maintenance report</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<main id="main">
${captures.map((capture, index) => printCapture(capture, index + 1))}
</main>
<footer>Made by redis-hitless. Move over a mark, or go to it with the Tab key, to read what it is.</footer>
</body>
</html>
`.text
}

function printCapture(capture: ReportedCapture, number: number): Html {
  const { name, header, durationMs } = capture
  return html`<article aria-labelledby="capture-${number}">
<header>
<p class="eyebrow">Maintenance report</p>
<h1 id="capture-${number}">${header.what || name}</h1>
<p class="provenance">${name} · <time>${new Date(header.startedAt).toISOString().replace('T', ' ').slice(0, 19)} UTC</time> · ${printDuration(durationMs)} · ${header.by}${header.redacted ? ' · masked' : ' · holds keys and values'}</p>
</header>
<section class="summary" aria-label="Summary">
<p class="verdict ${isClean(capture) ? 'good' : 'warn'}">${verdictOf(capture)}</p>
<p class="story">${storyOf(capture)}</p>
<dl class="tiles">${tilesOf(capture).map(([label, value, note]) => html`<div><dt>${label}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>
</section>
${printTimeline(capture)}
${printTables(capture)}
</article>`
}

function isClean({ totals, connections }: ReportedCapture): boolean {
  const unanswered = totals.commands - totals.answered
  return totals.errors === 0 && (unanswered === 0 || connections.every(({ isClosed }) => !isClosed))
}

function verdictOf(capture: ReportedCapture): string {
  const { totals } = capture
  if (isClean(capture)) return totals.notifications > 0 ? 'Maintenance passed without an error' : 'No error'
  const unanswered = totals.commands - totals.answered
  const parts = [
    ...(totals.errors > 0 ? [printCount(totals.errors, 'error answer')] : []),
    ...(unanswered > 0 ? [`${printCount(unanswered, 'command')} without an answer`] : []),
  ]
  return parts.join(', ')
}

function storyOf({ durationMs, totals, hasDecisions }: ReportedCapture): string {
  const heard = `In ${printDuration(durationMs)} the server made ${printCount(totals.notifications, 'announcement')}.`
  const served = `${printCount(totals.answered, 'command')} ${totals.answered === 1 ? 'was' : 'were'} answered; the slowest took ${printDuration(totals.mostMs)}.`
  if (!hasDecisions)
    return `${heard} ${served} The recording was made outside the client, so what it decided is not known.`
  return `${heard} ${movesOf(totals)} ${served}`
}

function movesOf({ handoffs, completed, longestPauseMs, held }: Totals): string {
  if (handoffs === 0) return 'No connection had to move.'
  const moved = `${completed} of ${printCount(handoffs, 'hand-off')} moved the commands to the next connection`
  return `${moved}; new commands waited for at most ${printDuration(longestPauseMs)}, ${held.toLocaleString('en-US')} of them in all.`
}

function tilesOf({ totals, connections }: ReportedCapture): readonly (readonly [string, string, string])[] {
  const text = (count: number): string => count.toLocaleString('en-US')
  return [
    ['Announcements', text(totals.notifications), 'from the server'],
    ['Hand-offs', `${totals.completed} / ${totals.handoffs}`, 'completed'],
    ['Longest pause', printDuration(totals.longestPauseMs), `${text(totals.held)} commands held`],
    ['Commands', text(totals.answered), `of ${text(totals.commands)} answered`],
    ['Errors', text(totals.errors), 'answers of the server'],
    ['Latency', printDuration(totals.p99Ms), `99 %, at most ${printDuration(totals.mostMs)}`],
    ['Connections', text(connections.length), `${totals.lost} ended by the server`],
  ]
}
