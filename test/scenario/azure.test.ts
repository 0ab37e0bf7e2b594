import { describe, expect, test } from 'vitest'
import { type AzureReaction, reactTo } from '../../src/core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../src/core/azure/azure-state.js'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'
import { type AzureAnnouncement, toAzureMessage } from '../../src/simulator/azure/azure-announcement.js'
import { AZURE_WALKTHROUGH } from '../../src/simulator/index.js'
import type { Step } from '../../src/testing/index.js'
import { readScenario } from './scenario-files.js'

/** What Azure publishes, and when, in milliseconds. */
type Course = readonly (readonly [number, AzureAnnouncement])[]

const EPOCH = Date.parse('2026-10-20T16:21:39Z')
const ALL = { relax: true, pauseWrites: true, reconnect: true, refresh: true } as const
const PROMOTED = { sslPort: 15_001, nonSslPort: 13_001 } as const

const DOCUMENTED: Course = AZURE_WALKTHROUGH.flatMap(step =>
  step.does === 'announce' ? [[step.atMs, step.announcement] as const] : [],
)

/** The step of a scenario that a reaction is; looking an address up is none. */
function toStep(at: number, reaction: AzureReaction): readonly Step[] {
  switch (reaction.type) {
    case 'relax':
      return [{ at, do: 'relax', key: reaction.key, forMs: reaction.forMs }]
    case 'end-relaxation':
      return [{ at, do: 'end-relaxation', key: reaction.key }]
    case 'pause-writes':
      return [{ at, do: 'pause-writes', forMs: reaction.forMs }]
    case 'resume-writes':
      return [{ at, do: 'resume-writes' }]
    case 'reconnect':
      return [{ at, do: 'hand-off', reason: 'failover' }]
    default:
      return []
  }
}

function stepsOf(course: Course): readonly Step[] {
  let state = NO_AZURE_MAINTENANCE
  return course.flatMap(([at, announcement]) => {
    const epochMs = EPOCH + at
    const read = decodeAzureMessage(toAzureMessage(announcement, epochMs), at)
    if (read.outcome === 'rejected') throw new Error(read.reason)
    const decision = reactTo(state, read.notification, { now: at, epochMs, reactions: ALL })
    state = decision.state
    return decision.reactions.flatMap(reaction => toStep(at, reaction))
  })
}

const OUTSIDE: ReadonlySet<string> = new Set(['relax', 'end-relaxation', 'pause-writes', 'resume-writes', 'hand-off'])

describe("the scenarios of Azure's maintenance take the steps that its announcements lead to", () => {
  test.each<readonly [string, Course]>([
    [
      'azure-connection-survives.json',
      [
        [1_000, { type: 'azure-starting', startsInMs: 20_000 }],
        [21_000, { type: 'azure-start' }],
        [31_000, { type: 'azure-failover-complete', ...PROMOTED }],
        [203_000, { type: 'azure-ended', startsInMs: 0, isReplica: true }],
      ],
    ],
    ['azure-partial.json', [[1_000, { type: 'azure-start' }]]],
    [
      'azure-out-of-order.json',
      [
        [1_000, { type: 'azure-failover-complete', ...PROMOTED }],
        [1_500, { type: 'azure-start' }],
        [2_000, { type: 'azure-starting', startsInMs: 30_000 }],
        [3_000, { type: 'azure-ended', startsInMs: 0 }],
      ],
    ],
  ])('%s', (file, course) => {
    const taken = readScenario(file).steps.filter(step => OUTSIDE.has(step.do))
    expect(taken).toEqual(stepsOf(course))
  })
})

test('the walkthrough is published as the document says, its first message once the client listens', () => {
  const published = readScenario('azure-walkthrough.json').steps.flatMap(step =>
    step.do === 'azure' ? [[step.at, step.announcement] as const] : [],
  )
  expect(published.map(([, announcement]) => announcement)).toEqual(DOCUMENTED.map(([, announcement]) => announcement))
  expect(published.map(([at]) => at)).toEqual([1_000, ...DOCUMENTED.slice(1).map(([at]) => at)])
})

test('the walkthrough loses the primary and finds it again when the document says', () => {
  const lost = AZURE_WALKTHROUGH.find(({ does }) => does === 'primary-lost')?.atMs
  const back = AZURE_WALKTHROUGH.find(({ does }) => does === 'primary-back')?.atMs
  const { steps } = readScenario('azure-walkthrough.json')
  expect(steps.find(step => step.do === 'drop')?.at).toBe(lost)
  expect(steps.find(step => step.do === 'configure')?.at).toBe(back)
})
