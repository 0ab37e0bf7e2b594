import { describe, expect, it } from 'vitest'
import { importAlone, startClients } from '../../../../src/cli/bench/weight/child.js'
import { inTurns } from '../../../../src/cli/bench/weight/turns.js'
import { CONNECT, IDLE, IMPORT, type Run, toRows } from '../../../../src/cli/bench/weight/weight-rows.js'

describe('what is weighed', () => {
  it('is weighed one at a time, in turns that favour no side', async () => {
    const done: string[] = []
    const weigh = async (side: string) => {
      done.push(`${side} begins`)
      await Promise.resolve()
      done.push(`${side} ends`)
      return side
    }
    expect(await inTurns(3, ['ours', 'theirs'], weigh)).toEqual(Array(3).fill(['ours', 'theirs']))
    const order = ['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']
    expect(done).toEqual(order.flatMap(side => [`${side} begins`, `${side} ends`]))
  })

  it('is not known where a process ends early', async () => {
    const options = { program: '/no/such/program.js', signal: AbortSignal.any([]) }
    await expect(importAlone('node:net', options)).rejects.toThrow('a process ended early')
    const order = {
      host: '@redis/client',
      module: 'node:net',
      url: 'redis://localhost',
      atOnce: 1,
      oneByOne: 1,
    } as const
    await expect(startClients(order, options)).rejects.toThrow('a process ended early')
  })
})

describe('the rows of weight', () => {
  it('tell how many times as much ours takes, run by run', () => {
    const runs: Run[] = [
      [
        [20, 10],
        [10, 10],
      ],
      [
        [33, 10],
        [30, 5],
      ],
      [
        [60, 13],
        [50, 10],
      ],
    ]
    expect(toRows(IMPORT, runs)).toMatchObject([
      { ours: 33, theirs: 30, spread: { median: 1.2, min: 1.1, max: 2 }, target: { atMost: 1.2 }, pass: true },
      { ours: 10, theirs: 10, spread: { median: 1.3, min: 1, max: 2 }, target: { atMost: 1.2 }, pass: false },
    ])
  })

  it('tell of idle clients how much more ours take', () => {
    const idle = (ours: number) => toRows(IDLE, [[[ours], [0.5]]])[0]
    expect(idle(5.5)).toMatchObject({
      compared: 'difference',
      ours: 5.5,
      theirs: 0.5,
      spread: { median: 5 },
      pass: true,
    })
    expect(idle(6)).toMatchObject({ spread: { median: 5.5 }, pass: false })
  })

  it('have names that tell them apart', () => {
    const names = [...IMPORT, ...CONNECT, ...IDLE].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
