import { expect, it } from 'vitest'
import type { Breaker } from '../../../../src/core/limits/breaker.js'
import { Breakers } from '../../../../src/core/limits/breakers.js'

const HOME = { host: 'node.example', port: 6379 }

function at(port: number) {
  return { ...HOME, port }
}

function failOnce(breaker: Breaker, now: number): void {
  const answer = breaker.tryAcquire(now)
  if (answer.granted) answer.permit.fail(now)
}

it('each endpoint has its own breaker, and all spellings of one place share theirs', () => {
  const breakers = new Breakers()
  const breaker = breakers.for(HOME, 0)
  expect(breakers.for({ ...HOME, host: 'Node.Example.' }, 0)).toBe(breaker)
  expect(breakers.for({ host: '::ffff:10.0.0.1', port: 1 }, 0)).toBe(breakers.for({ host: '10.0.0.1', port: 1 }, 0))
  expect(breakers.for(at(6380), 0)).not.toBe(breaker)
  expect(breakers.size).toBe(3)
})

it('the options of a breaker apply to each, and changes are told with the endpoint', () => {
  const told: string[] = []
  const breakers = new Breakers({
    failuresToOpen: 1,
    onChange: ({ port }, { state }) => void told.push(`${port} ${state}`),
  })
  failOnce(breakers.for(at(1), 0), 0)
  failOnce(breakers.for(at(2), 0), 0)
  expect(told).toEqual(['1 open', '2 open'])
  expect([...breakers.tripped]).toEqual([
    ['node.example:1', { state: 'open', retryAt: 60_000 }],
    ['node.example:2', { state: 'open', retryAt: 60_000 }],
  ])
})

it('an endpoint that nobody asks for is forgotten after ten minutes', () => {
  const breakers = new Breakers()
  const [first, second] = [breakers.for(at(1), 0), breakers.for(at(2), 0)]
  expect(breakers.for(at(1), 300_000)).toBe(first)
  breakers.for(at(3), 600_000)
  expect(breakers.size).toBe(2)
  expect(breakers.for(at(1), 600_000)).toBe(first)
  expect(breakers.for(at(2), 600_000)).not.toBe(second)
})

it('an open breaker is never idle before it was due for a probe', () => {
  const breakers = new Breakers({ failuresToOpen: 1, idleMs: 1 })
  const breaker = breakers.for(HOME, 0)
  failOnce(breaker, 0)
  expect(breakers.for(HOME, 100_000)).toBe(breaker)
})

it('there are never more than 256; one with nothing to tell goes first, then the one asked for longest ago', () => {
  const breakers = new Breakers()
  for (let port = 1; port <= 256; port += 1) breakers.for(at(port), port)
  const failing = breakers.for(at(1), 257)
  failOnce(failing, 257)
  for (let port = 2; port <= 256; port += 1) breakers.for(at(port), 258)
  breakers.for(at(257), 259)
  expect(breakers.size).toBe(256)
  expect(breakers.for(at(1), 259)).toBe(failing)
})

it('where all have something to tell, the one asked for longest ago goes', () => {
  const breakers = new Breakers({ capacity: 2 })
  const [first, second] = [breakers.for(at(1), 0), breakers.for(at(2), 0)]
  for (const breaker of [first, second]) failOnce(breaker, 0)
  breakers.for(at(3), 1)
  expect(breakers.for(at(2), 1)).toBe(second)
  expect(breakers.size).toBe(2)
})
