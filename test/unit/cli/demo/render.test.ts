import { describe, expect, it } from 'vitest'
import { PlainView } from '../../../../src/cli/demo/plain-view.js'
import { renderScene, sparkline } from '../../../../src/cli/demo/render.js'
import type { Sample } from '../../../../src/cli/player/notes/tally.js'
import { addNote, addSample, enterStep, openScene, type Scene } from '../../../../src/cli/rehearsal/scene.js'
import { SCRIPT } from '../../../../src/cli/rehearsal/script.js'

const NO_INCIDENTS = { handoffs: 0, reconnects: 0, errors: 0, unhandled: 0 }

function sampleOf(given: Partial<Sample>): Sample {
  const recent = { answered: 0, p99Ms: 0, longestMs: 0 }
  return { answered: 0, failed: 0, cut: 0, unanswered: 0, waitingMs: 0, longestMs: 0, recent, ...given }
}

const NEW = openScene({
  client: 'redis-hitless',
  backend: 'built-in store',
  steps: SCRIPT,
  nodes: [
    { name: 'A', endpoint: '127.0.0.1:7001', listening: true, connections: 1 },
    { name: 'B', endpoint: '127.0.0.1:7002', listening: true, connections: 0 },
    { name: 'C', endpoint: '127.0.0.1:7003', listening: false, connections: 0 },
  ],
})

/** In the fourth step, with a note. */
function busyScene(): Scene {
  const begun = SCRIPT.slice(0, 4).reduce(enterStep, NEW)
  const recent = { answered: 300, p99Ms: 2.5, longestMs: 9 }
  const sampled = addSample(begun, sampleOf({ answered: 1_300, failed: 2, longestMs: 9, recent }), {
    ...NO_INCIDENTS,
    handoffs: 1,
  })
  return addNote(sampled, 'hand-off started')
}

describe('a scene', () => {
  it('counts failures and stalls for the step that is on', () => {
    const states = busyScene().steps.map(({ state, failed, stallMs }) => [state, failed, stallMs])
    expect(states.slice(0, 5)).toEqual([
      ['done', 0, 0],
      ['done', 0, 0],
      ['done', 0, 0],
      ['now', 2, 9],
      ['to-come', 0, 0],
    ])
  })

  it('takes a command that still waits for a stall', () => {
    const waiting = addSample(busyScene(), sampleOf({ unanswered: 32, waitingMs: 1_200 }), NO_INCIDENTS)
    expect(waiting.steps[3]?.stallMs).toBe(1_200)
    expect(waiting.history).toEqual([9, 1_200])
  })

  it('is over when no step follows', () => {
    const over = enterStep(busyScene(), undefined)
    expect(over.steps.filter(({ state }) => state === 'now')).toEqual([])
  })
})

describe('a drawn scene', () => {
  const CANVAS = { columns: 100, rows: 40, color: false }

  it('shows what happens now, every step, the figures and what the client told', () => {
    const text = renderScene(busyScene(), CANVAS).join('\n')
    expect(text).toContain('redis-hitless  over built-in store')
    expect(text).toContain('✔ MIGRATING')
    expect(text).toContain('✘ MOVING to node B')
    expect(text).toContain('· Steady load again')
    expect(text).toContain('node A serves until B is ready')
    expect(text).toContain('A ● 127.0.0.1:7001 (1)')
    expect(text).toContain('C ✘ refuses')
    expect(text).toContain('3,000 commands/s')
    expect(text).toContain('1,300 answered   2 failed   0 cut   1 hand-offs')
    expect(text).toContain('client  hand-off started')
  })

  it('has no colours unless they are wanted', () => {
    const ESCAPE = '\u001B'
    expect(renderScene(busyScene(), CANVAS).join('')).not.toContain(ESCAPE)
    expect(renderScene(busyScene(), { ...CANVAS, color: true }).join('')).toContain(`${ESCAPE}[32m`)
  })

  it.each([1, 20, 40, 60, 200])('is never wider than %i columns', columns => {
    const widths = renderScene(busyScene(), { ...CANVAS, columns }).map(line => line.length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(Math.max(columns - 1, 1))
  })

  it.each([5, 10, 14, 24, 60])('leaves room for the cursor on a screen of %i rows', rows => {
    expect(renderScene(busyScene(), { ...CANVAS, rows }).length).toBeLessThan(rows)
  })

  it('shows the steps around the present one where there is no room for all', () => {
    const text = renderScene(busyScene(), { ...CANVAS, rows: 13 }).join('\n')
    expect(text).toContain('MOVING to node B, which needs')
    expect(text).not.toContain('Steady load again')
  })

  it('shows that commands wait, and rejections that nobody handled', () => {
    const waiting = addSample(NEW, sampleOf({ waitingMs: 5_000 }), { ...NO_INCIDENTS, unhandled: 3 })
    const text = renderScene(waiting, CANVAS).join('\n')
    expect(text).toContain('waiting 5.0 s')
    expect(text).toContain('3 unhandled')
  })
})

describe('a sparkline', () => {
  it('has a low bar for a millisecond and a full one from a second on', () => {
    expect(sparkline([0, 1, 1_000, 60_000], 10)).toBe('▁▁██')
  })

  it('shows the latest where there is no room for all', () => {
    expect(sparkline([1, 1, 1_000], 1)).toBe('█')
    expect(sparkline([1, 1, 1_000], 0)).toBe('')
  })
})

describe('the lines for those without a screen', () => {
  function tell(...scenes: readonly Scene[]): readonly string[] {
    const lines: string[] = []
    const view = new PlainView(line => lines.push(line))
    for (const scene of scenes) view.show(scene)
    view.end()
    return lines
  }

  it('begin with the client, the back end and the nodes', () => {
    expect(tell(NEW).slice(0, 2)).toEqual(['redis-hitless, over built-in store', '  node A at 127.0.0.1:7001'])
  })

  it('tell each note once, and each step when it begins and ends', () => {
    const scene = busyScene()
    const noted = addNote(scene, 'hand-off completed')
    const lines = tell(NEW, scene, scene, noted, enterStep(noted, SCRIPT[4]))
    expect(lines.filter(line => line.includes('hand-off started'))).toHaveLength(1)
    expect(lines.filter(line => line.includes('hand-off completed'))).toHaveLength(1)
    expect(lines.filter(line => line.includes('MOVING to node B, which needs'))).toHaveLength(1)
    expect(lines.filter(line => line.includes('on node A, 3000 commands/s, 2 failed, longest 9.0 ms'))).toHaveLength(1)
    expect(lines.filter(line => line.includes('MOVING to node C'))).toHaveLength(1)
  })
})
