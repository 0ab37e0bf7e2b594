import { describe, expect, it } from 'vitest'
import { printMs, printScores } from '../../../../src/cli/demo/score-table.js'
import type { PlayerResult } from '../../../../src/cli/player/player-messages.js'
import { faultsOf, type ScoreParts, toScore } from '../../../../src/cli/rehearsal/score.js'

const RESULT: PlayerResult = {
  total: {
    answered: 1_000,
    failed: 0,
    cut: 3,
    unanswered: 0,
    waitingMs: 0,
    longestMs: 12.5,
    recent: { answered: 0, p99Ms: 0, longestMs: 0 },
  },
  p50Ms: 0.5,
  p99Ms: 2,
  steps: [
    { step: 'steady', answered: 1_000, failed: 0, cut: 3, unanswered: 0, longestMs: 12.5, p99Ms: 2, controlMs: 4 },
  ],
  failures: {},
  incidents: { handoffs: 4, reconnects: 1, errors: 1, unhandled: 0 },
  handoffs: [{ durationMs: 1_010, pausedMs: 0.5, attempts: 1 }],
  audit: { lost: 0, doubled: 0, torn: 0, keys: 600 },
  wrong: 0,
  queue: undefined,
  messages: undefined,
  closed: true,
}

function parts(result: Partial<PlayerResult> = {}): ScoreParts {
  const end = { how: 'finished', result: { ...RESULT, ...result } } as const
  return { client: 'redis-hitless', end, last: undefined, connections: 6, astray: [] }
}

describe('a score', () => {
  it('holds what the player counted', () => {
    expect(toScore(parts())).toMatchObject({
      ended: 'finished',
      commands: 1_000,
      failed: 0,
      cut: 3,
      lost: 0,
      doubled: 0,
      longestStallMs: 12.5,
      controlStallMs: 4,
      handoffs: 4,
      reconnects: 1,
      connections: 6,
      closed: true,
    })
  })

  it('has no fault though the server cut commands in flight', () => {
    expect(faultsOf(toScore(parts()))).toEqual([])
  })

  it('counts a command without an answer as failed', () => {
    const score = toScore(parts({ total: { ...RESULT.total, failed: 2, unanswered: 5 } }))
    expect(score).toMatchObject({ failed: 7, unanswered: 5 })
    expect(faultsOf(score)).toEqual(['7 commands failed'])
  })

  it('names everything that is wrong', () => {
    const score = toScore(
      parts({
        audit: { lost: 1, doubled: 2, torn: 3, keys: 9 },
        incidents: { ...RESULT.incidents, unhandled: 4 },
        closed: false,
      }),
    )
    expect(faultsOf(score)).toEqual([
      '1 commands lost',
      '2 commands applied twice',
      '3 commands torn',
      '4 rejections were not handled',
      'the client did not close, or its process did not end by itself',
    ])
  })

  it('is not good where the server could not be asked, or nothing was done', () => {
    expect(faultsOf(toScore(parts({ audit: undefined })))).toEqual(['the server could not be asked what it holds'])
    const idle = toScore(parts({ total: { ...RESULT.total, answered: 0 } }))
    expect(faultsOf(idle)).toEqual(['no command was answered'])
  })

  it('keeps the last counts of a process that is gone, and knows nothing else', () => {
    const { total, incidents } = RESULT
    const end = { how: 'died', reason: 'it ended with SIGKILL' } as const
    const score = toScore({ ...parts(), end, last: { total, incidents } })
    expect(score).toMatchObject({ ended: 'died', commands: 1_000, handoffs: 4, lost: null, p99Ms: null, steps: [] })
    expect(faultsOf(score)).toEqual(["the client's process died: it ended with SIGKILL"])
    expect(toScore({ ...parts(), end })).toMatchObject({ commands: null, failed: null })
  })

  it('is not good when the client hung', () => {
    expect(faultsOf(toScore({ ...parts(), end: { how: 'hung' } }))).toEqual(['the client hung'])
  })
})

describe('the table', () => {
  it('has a column for each client, and question marks for what is not known', () => {
    const ours = toScore(parts())
    const plain = toScore({ ...parts(), client: '@redis/client', end: { how: 'died', reason: 'it crashed' } })
    const lines = printScores([ours, plain], ['ours', 'plain'])
    const row = (title: string): string[] | undefined =>
      lines
        .find(line => line.startsWith(`${title} `))
        ?.slice(title.length)
        .trim()
        .split(/ {2,}/)
    expect(row('commands answered')).toEqual(['1,000', '?'])
    expect(row('longest stall')).toEqual(['13 ms', '?'])
    expect(row('how it ended')).toEqual(['finished', 'died'])
    expect(lines).toContain('@redis/client: it crashed')
  })

  it('lines its columns up', () => {
    const lines = printScores([toScore(parts())], ['redis-hitless'])
    expect(new Set(lines.map(line => line.length)).size).toBe(1)
  })

  it('says of what commands failed', () => {
    const score = toScore(parts({ failures: { 'The client is closed': 7 } }))
    expect(printScores([score], ['ours']).at(-1)).toBe('redis-hitless: failed 7 ×: The client is closed')
  })

  it('says that a client could not be closed', () => {
    expect(printScores([toScore(parts({ closed: false }))], ['ours'])[1]).toMatch(/how it ended +could not be closed/)
  })

  it.each([
    [0.04, '0.0 ms'],
    [9.94, '9.9 ms'],
    [12.4, '12 ms'],
    [1_499, '1499 ms'],
    [1_500, '1.5 s'],
    [null, '?'],
  ])('prints %s ms as %s', (durationMs, printed) => {
    expect(printMs(durationMs)).toBe(printed)
  })
})
