import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { createDeferred } from '../../src/base/deferred.js'
import { createAuditor, discard, loadClient, loadSingle } from '../../src/cli/player/clients.js'
import { Player } from '../../src/cli/player/player.js'
import { type ClientKind, OURS, type PlayerReport, type Traffic } from '../../src/cli/player/player-messages.js'
import { createStage, type Stage } from '../../src/cli/rehearsal/rehearsal-stage.js'

const WORKERS = 8
const OURS_OVER_ALL = Object.values(OURS)

let stage: Stage | undefined
afterEach(async () => {
  vi.unstubAllEnvs()
  await stage?.dispose()
  stage = undefined
})

/** A player under a small load, and a way to wait for what it tells. */
async function play(client: ClientKind, traffic: Traffic = 'commands') {
  stage = await createStage('store')
  const { url, controlUrl } = stage
  const waiting: { matches: (report: PlayerReport) => boolean; found: () => void }[] = []
  const report = (told: PlayerReport): void => {
    for (const { matches, found } of waiting) if (matches(told)) found()
  }
  const settings = { client, url, controlUrl, workers: WORKERS, restMs: 2, seed: 1, traffic }
  const [create, createSingle] = [await loadClient(client), await loadSingle(client)]
  const player = new Player(settings, { create, createSingle, report, clock: systemClock })
  await player.start()
  const next = (matches: (report: PlayerReport) => boolean): Promise<void> => {
    const { promise, resolve } = createDeferred<void>()
    waiting.push({ matches, found: resolve })
    return promise
  }
  const told = (text: RegExp): Promise<void> => next(report => report.type === 'note' && text.test(report.text))
  return { stage, player, next, told }
}

const CLEAN = { lost: 0, doubled: 0, torn: 0 }

describe('a player', () => {
  it.each(OURS_OVER_ALL)('follows a move with %s, and finds everything where it should be', async client => {
    const { stage, player, told } = await play(client)
    player.enter({ type: 'enter', step: 'moving', resets: false })
    const completed = told(/completed/)
    await stage.node('A').notify({ type: 'moving', graceMs: 5_000, endpoint: stage.node('B') })
    await completed
    const result = await player.finish(10_000)
    expect(result).toMatchObject({ audit: CLEAN, closed: true, failures: {} })
    expect(result.total).toMatchObject({ failed: 0, cut: 0, unanswered: 0 })
    expect(result.incidents).toEqual({ handoffs: 1, reconnects: 0, errors: 0, unhandled: 0 })
    expect(result.handoffs).toMatchObject([{ attempts: 1 }])
    expect(result.steps.map(({ step }) => step)).toEqual(['connecting', 'moving'])
  })

  it.each([...OURS_OVER_ALL, 'redis-hitless/pool'] as const)(
    'accounts for a queue and messages with %s, across a reset',
    async client => {
      const { stage, player, told } = await play(client, 'all')
      player.enter({ type: 'enter', step: 'reset', resets: true })
      const reconnects = told(/reconnects/)
      stage.node('A').reset()
      await reconnects
      const result = await player.finish(10_000)
      expect(result).toMatchObject({
        audit: CLEAN,
        wrong: 0,
        queue: { lost: 0, doubled: 0 },
        messages: { missed: 0 },
        closed: true,
      })
    },
  )

  it.each(OURS_OVER_ALL)('tells what a reset of %s cuts from what fails', async client => {
    const { stage, player, told } = await play(client)
    player.enter({ type: 'enter', step: 'reset', resets: true })
    const reconnects = told(/reconnects/)
    stage.node('A').reset()
    await reconnects
    const result = await player.finish(10_000)
    expect(result).toMatchObject({ audit: CLEAN, closed: true, failures: {} })
    expect(result.total).toMatchObject({ failed: 0, unanswered: 0 })
    expect(result.incidents).toMatchObject({ handoffs: 0, reconnects: 1, errors: 1 })
  })

  it('counts the moves of the plain client as well', async () => {
    const { stage, player, told } = await play('@redis/client')
    const completed = told(/completed/)
    await stage.node('A').notify({ type: 'moving', graceMs: 5_000, endpoint: stage.node('B') })
    await completed
    const result = await player.finish(10_000)
    expect(result).toMatchObject({ audit: CLEAN, closed: true })
    expect(result.incidents).toMatchObject({ handoffs: 1, unhandled: 0 })
  })

  it('plays to plain ioredis, which goes elsewhere once its connection is gone', async () => {
    const { stage, player, told } = await play('ioredis')
    const reconnects = told(/reconnects/)
    stage.node('A').reset()
    await reconnects
    const result = await player.finish(10_000)
    expect(result).toMatchObject({ closed: true, incidents: { handoffs: 0, reconnects: 1, unhandled: 0 } })
    expect(result.audit).toMatchObject({ lost: 0 })
  })

  it('finds writes that were acknowledged but are not there', async () => {
    const { stage, player, next } = await play('redis-hitless')
    stage.node('A').intercept(([name]) => (name === 'SET' ? '+OK\r\n' : undefined))
    await next(report => report.type === 'sample' && report.sample.answered > 100)
    const result = await player.finish(10_000)
    expect(result.audit?.lost).toBeGreaterThan(0)
    expect(result.failures).toHaveProperty('GET did not return what was acknowledged')
  })

  it('finds increments that were applied more often than acknowledged', async () => {
    const { stage, player, next } = await play('redis-hitless')
    await next(report => report.type === 'sample' && report.sample.answered > 100)
    const somebody = createAuditor(stage.controlUrl)
    await somebody.connect()
    // Only what the player has counted itself is audited.
    await expect.poll(() => somebody.get('demo:0:count')).not.toBeNull()
    await somebody.incr('demo:0:count')
    discard(somebody)
    expect((await player.finish(10_000)).audit).toMatchObject({ lost: 0, doubled: 1 })
  })

  it('tells of commands that are never answered', async () => {
    const { stage, player, next } = await play('redis-hitless')
    stage.node('A').silent()
    await next(report => report.type === 'sample' && report.sample.unanswered >= WORKERS)
    const result = await player.finish(100)
    expect(result.total.unanswered).toBeGreaterThanOrEqual(WORKERS)
    expect(result).toMatchObject({ audit: CLEAN, closed: false })
  })
})

describe('the stage', () => {
  it('is in front of the built-in store where that is wanted', async () => {
    stage = await createStage('store')
    expect(stage.backend).toBe('built-in store')
    expect(stage.nodes().map(({ name, listening, connections }) => [name, listening, connections])).toEqual([
      ['A', true, 0],
      ['B', true, 0],
      ['C', true, 0],
    ])
  })

  it('says what it found when it had the choice', async () => {
    stage = await createStage('auto')
    expect(stage.backend).toMatch(/^(redis-server \(|built-in store \()/)
  })

  it('falls back to the store where no redis-server can be found', async () => {
    vi.stubEnv('PATH', '')
    stage = await createStage('auto')
    expect(stage.backend).toBe('built-in store (no redis-server was found)')
  })
})
