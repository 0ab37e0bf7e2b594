import type { CaptureEntry, EventEntry, StepEntry } from '../format/capture.js'
import { type Facts, factsIn, factsOf, numberIn, routeIn, textIn } from './facts.js'
import type { Moment, PhaseName, ReportedClient, ReportedHandoff, Span } from './report-model.js'

interface Opened {
  readonly link: number
  readonly id: number
  readonly closedAt: number
}

/** What each client of a capture told and did, in the order of their numbers. */
export function clientsIn(entries: readonly CaptureEntry[], endAt: number): readonly ReportedClient[] {
  const events = entries.filter(entry => entry.type === 'event')
  const steps = entries.filter(entry => entry.type === 'step')
  const closings = closingsIn(entries, endAt)
  const links = new Set([...steps.map(({ link }) => link), ...events.flatMap(event => linkOf(event) ?? [])])
  return [...links]
    .sort((one, other) => one - other)
    .map(link => {
      const told = events.filter(event => linkOf(event) === link)
      const own = steps.filter(step => step.link === link)
      const closed = closings.filter(each => each.link === link)
      return {
        link,
        relaxations: relaxationsIn(told, endAt),
        handoffs: handoffsIn(told, { steps: own, closings: closed, endAt, link }),
        incidents: told.flatMap(incidentOf),
      }
    })
}

function linkOf({ payload }: EventEntry): number | undefined {
  return numberIn(factsIn(factsOf(payload), 'connection'), 'link')
}

function closingsIn(entries: readonly CaptureEntry[], endAt: number): readonly Opened[] {
  const closedAt = new Map(
    entries.flatMap(entry => (entry.type === 'closed' ? [[entry.connection, entry.at] as const] : [])),
  )
  return entries.flatMap(entry => {
    if (entry.type !== 'opened' || entry.link === undefined || entry.id === undefined) return []
    return [{ link: entry.link, id: entry.id, closedAt: closedAt.get(entry.connection) ?? endAt }]
  })
}

function relaxationsIn(told: readonly EventEntry[], endAt: number): ReportedClient['relaxations'] {
  const found: (Span & { readonly cause: string })[] = []
  let open: { readonly from: number; readonly causes: Set<string> } | undefined
  const close = (to: number): void => {
    if (open !== undefined) found.push({ from: open.from, to, cause: [...open.causes].join(', ') })
    open = undefined
  }
  for (const { name, at, payload } of told) {
    if (name === 'timeouts:restored') close(at)
    if (name !== 'timeouts:relaxed') continue
    open ??= { from: at, causes: new Set() }
    open.causes.add(textIn(factsOf(payload), 'cause'))
  }
  close(endAt)
  return found
}

interface HandoffParts {
  readonly steps: readonly StepEntry[]
  readonly closings: readonly Opened[]
  readonly endAt: number
  readonly link: number
}

const ENDED = /^handoff:(completed|failed|cancelled)$/

function handoffsIn(told: readonly EventEntry[], parts: HandoffParts): readonly ReportedHandoff[] {
  return told
    .filter(({ name }) => name === 'handoff:started')
    .map(start => {
      const facts = factsOf(start.payload)
      const id = textIn(facts, 'handoffId')
      const ends = told.filter(({ name, payload }) => ENDED.test(name) && textIn(factsOf(payload), 'handoffId') === id)
      // Every attempt that fails is told; the last one is followed by nothing.
      return describeHandoff({ start, id, ends, facts }, parts)
    })
}

function describeHandoff(
  { start, id, ends, facts }: { start: EventEntry; id: string; ends: readonly EventEntry[]; facts: Facts },
  { steps, closings, endAt, link }: HandoffParts,
): ReportedHandoff {
  const end = ends.at(-1)
  const failedAt = ends.flatMap(({ name, at }) => (name === 'handoff:failed' ? [at] : []))
  const to = end?.at ?? endAt
  const how = factsOf(end?.payload)
  const own = steps.filter(({ at }) => at >= start.at && at <= to)
  const resumed = own.findLast(({ step }) => step === 'resume')
  const drains = steps.find(({ at, step }) => step === 'drain' && at >= start.at && at <= to + 1_000)
  const drained = closings.find(({ id: other }) => other === drains?.id)
  const result = ENDED.exec(end?.name ?? '')?.[1] as ReportedHandoff['result'] | undefined
  return {
    id,
    link,
    from: start.at,
    to,
    reason: textIn(facts, 'reason'),
    target: routeIn('to' in how ? how : facts, 'to'),
    result: result ?? 'unfinished',
    why: result === 'failed' ? textIn(factsIn(how, 'error'), 'message') : textIn(how, 'cause'),
    graceMs: numberIn(facts, 'graceMs') ?? 0,
    pausedMs: numberIn(how, 'pausedMs') ?? 0,
    held: result === 'completed' ? (resumed?.waiting ?? 0) : 0,
    attempts: numberIn(how, 'attempts') ?? own.filter(({ step }) => step === 'dial').length,
    phases: phasesOf(own, { to, failedAt, drainsAt: drains?.at, drainedAt: drained?.closedAt }),
  }
}

const PHASES: Readonly<Partial<Record<StepEntry['step'], PhaseName>>> = {
  dial: 'prepare',
  'await-release': 'wait',
  fence: 'fence',
}

interface PhaseEnds {
  readonly to: number
  readonly failedAt: readonly number[]
  readonly drainsAt: number | undefined
  readonly drainedAt: number | undefined
}

function phasesOf(
  steps: readonly StepEntry[],
  { to, failedAt, drainsAt, drainedAt }: PhaseEnds,
): ReportedHandoff['phases'] {
  const phases = steps.flatMap((step, index) => {
    const name = PHASES[step.step]
    if (name === undefined) return []
    // A step lasts until the next one. A dial that fails is followed by a pause.
    const ends = [steps[index + 1]?.at ?? to, ...(name === 'prepare' ? failedAt.filter(at => at >= step.at) : [])]
    return [{ name, from: step.at, to: Math.min(...ends) }]
  })
  if (drainsAt !== undefined && drainedAt !== undefined)
    phases.push({ name: 'drain', from: drainsAt, to: Math.max(drainsAt, drainedAt) })
  return phases
}

const INCIDENT =
  /^(?:command:refused|commands:resent|connection:unresponsive|availability:changed|writes:|subscriptions:|session:|internal:|hook:|action:)/

function incidentOf({ name, at, payload }: EventEntry): readonly Moment[] {
  if (!INCIDENT.test(name)) return []
  const facts = factsOf(payload)
  const words = ['state', 'kind', 'command', 'cause', 'action'].map(key => textIn(facts, key)).filter(Boolean)
  const count = numberIn(facts, 'count')
  return [{ at, text: [name, ...words, ...(count === undefined ? [] : [`${count} commands`])].join(' · ') }]
}
