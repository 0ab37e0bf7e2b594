import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../src/base/endpoint.js'
import { isDecided } from '../../../../src/core/sentinel/primary-choice.js'
import {
  NEW_WATCH,
  type PrimaryWatch,
  placesToTry,
  type WatchEffect,
  type WatchInput,
  watchPrimary,
} from '../../../../src/core/sentinel/primary-watch.js'

const node = (number: number): Endpoint => ({ host: '10.0.0.1', port: 7_000 + number })
const [A, B, LIE] = [node(1), node(2), node(99)]

/** The sentinels of a primary, and what is decided about what they say. */
class Course {
  watch: PrimaryWatch = NEW_WATCH
  effects: readonly WatchEffect[] = []
  now = 0

  static at(primary: Endpoint, epoch = 1): Course {
    return new Course().answer([primary, epoch], [primary, epoch], [primary, epoch]).verified(primary)
  }

  take(input: WatchInput): this {
    const { watch, effects } = watchPrimary(this.watch, input, this.now)
    this.watch = watch
    this.effects = effects
    return this
  }

  /** All sentinels answer. */
  answer(...said: readonly (readonly [Endpoint, number])[]): this {
    return this.answerOf(said.length, ...said)
  }

  /** Some of so many sentinels answer. */
  answerOf(asked: number, ...said: readonly (readonly [Endpoint, number])[]): this {
    const reports = said.map(([endpoint, epoch]) => ({ endpoint, epoch }))
    return this.take({ type: 'answered', asked, reports })
  }

  announce(to: Endpoint): this {
    return this.take({ type: 'announced', announcement: { type: 'switched', to } })
  }

  verified(endpoint: Endpoint, isPrimary = true): this {
    return this.take({ type: 'verified', endpoint, isPrimary })
  }
}

const ASK = [{ type: 'ask', afterMs: 0 }]
const ASK_AGAIN = [{ type: 'ask', afterMs: 100 }]
const verify = (endpoint: Endpoint): readonly WatchEffect[] => [{ type: 'verify', endpoint }]
const switchTo = (endpoint: Endpoint): readonly WatchEffect[] => [{ type: 'switch', endpoint }]

describe('a switch', () => {
  test('is made when most sentinels name the node and it says that it is the primary', () => {
    const course = Course.at(A).announce(B)
    expect(course.effects).toEqual(ASK)
    expect(course.answer([B, 2], [B, 2], [A, 1]).effects).toEqual(verify(B))
    expect(course.verified(B).effects).toEqual(switchTo(B))
    expect(course.watch).toMatchObject({ primary: { endpoint: B, epoch: 2 }, askingUntil: undefined })
  })

  test('waits while only the sentinel that leads knows of it', () => {
    const course = Course.at(A).announce(B).answer([A, 1], [A, 1], [B, 2])
    expect(course.effects).toEqual(ASK_AGAIN)
    expect(course.take({ type: 'due' }).effects).toEqual(ASK)
    expect(course.answer([B, 2], [A, 1], [B, 2]).effects).toEqual(verify(B))
  })

  test('is made once where all announce it, in any order', () => {
    const course = Course.at(A).announce(B).announce(B)
    expect(course.effects).toEqual([])
    course.answer([B, 2], [B, 2]).announce(B)
    expect(course.effects).toEqual([])
    course.answer([B, 2], [B, 2], [B, 2])
    expect(course.effects).toEqual([])
    expect(course.verified(B).effects).toEqual(switchTo(B))
    expect(course.verified(B).effects).toEqual([])
    expect(course.announce(B).effects).toEqual([])
  })

  test('is made without an announcement, by what the sentinels answer', () => {
    expect(Course.at(A).answer([B, 2], [B, 2], [B, 2]).effects).toEqual(verify(B))
  })

  test('is made when a connection found the new primary first', () => {
    const course = Course.at(A).answer([A, 1], [B, 2], [B, 2])
    expect(course.take({ type: 'verified', endpoint: B, isPrimary: true }).effects).toEqual(switchTo(B))
  })

  test('goes by the newer configuration where the sentinels are divided', () => {
    expect(Course.at(A).answer([A, 1], [B, 2]).effects).toEqual(verify(B))
    expect(Course.at(B, 2).answer([B, 2], [A, 1]).effects).toEqual([])
  })
})

describe('what does not lead to a switch', () => {
  test('is an old announcement: the sentinels know better', () => {
    const course = Course.at(B, 2).announce(A)
    expect(course.effects).toEqual(ASK)
    expect(course.answer([B, 2], [B, 2], [B, 2]).effects).toEqual(ASK_AGAIN)
    course.now = 5_000
    expect(course.answer([B, 2], [B, 2], [B, 2]).effects).toEqual([])
    expect(course.watch.askingUntil).toBeUndefined()
  })

  test('is one sentinel that lies, whatever number its configuration has', () => {
    const course = Course.at(A).announce(LIE).answer([A, 1], [LIE, 1_000_000], [A, 1])
    expect(course.effects).toEqual(ASK_AGAIN)
    expect(placesToTry(course.watch)).toEqual([A])
  })

  test('is a node that is no primary though all name it; it is asked again for a limited time', () => {
    const course = Course.at(A).announce(B).answer([B, 2], [B, 2])
    expect(course.verified(B, false).effects).toEqual(ASK_AGAIN)
    course.now = 5_000
    expect(course.take({ type: 'due' }).effects).toEqual([])
  })

  test('is an older configuration that half of the sentinels still have', () => {
    expect(Course.at(B, 2).answer([A, 1], [A, 1], [B, 2]).effects).toEqual([])
    expect(placesToTry(Course.at(B, 2).answerOf(4, [A, 1], [A, 1]).watch)).toEqual([B])
  })

  test('is what the fewer say, whichever configuration they have and whatever the node says of itself', () => {
    const course = Course.at(A, 2).answer([A, 2], [A, 2], [B, 1])
    expect([course.effects, placesToTry(course.watch)]).toEqual([[], [A]])
    course.answer([A, 2], [A, 2], [B, 3])
    expect([course.effects, placesToTry(course.watch)]).toEqual([[], [A]])
  })

  test('is one sentinel that names the primary with a number of its own: it does not stop a failover either', () => {
    const course = Course.at(A).answer([A, 1], [A, 1], [A, 1_000_000])
    expect(course.answer([B, 2], [B, 2], [A, 1_000_000]).effects).toEqual(verify(B))
  })

  test('is one sentinel that answers alone and knows less, until nobody has named what is known for half a minute', () => {
    const course = Course.at(B, 2).answerOf(3, [A, 1])
    expect([course.effects, placesToTry(course.watch)]).toEqual([[], [B]])
    course.now = 10_000
    course.answer([A, 1], [B, 2], [B, 2])
    course.now = 39_999
    expect(placesToTry(course.answerOf(3, [A, 1]).watch)).toEqual([B])
    course.now = 40_000
    expect(course.answerOf(3, [A, 1]).effects).toEqual(verify(A))
  })
})

describe('an older configuration', () => {
  test('counts where all sentinels have it: they were set up again', () => {
    expect(Course.at(B, 2).answerOf(3, [A, 0], [A, 0]).effects).toEqual(verify(A))
  })

  test('is not decided by more than half: the others are waited for', () => {
    const { primary } = Course.at(B, 2).watch
    const reports = [A, A].map(endpoint => ({ endpoint, epoch: 0 }))
    expect(isDecided({ reports, asked: 3 }, primary)).toBe(false)
    expect(isDecided({ reports, asked: 3 }, undefined)).toBe(true)
  })
})

describe('where they are divided', () => {
  test('the primary in use stays', () => {
    const course = Course.at(A).answerOf(3, [B, 1], [A, 1])
    expect([course.effects, placesToTry(course.watch)]).toEqual([[], [A]])
  })

  test('and nothing is known, each is tried', () => {
    const course = new Course().answerOf(3, [B, 1], [A, 1])
    expect(placesToTry(course.watch)).toEqual([B, A])
  })
})

describe('a connection that one sentinel has sent elsewhere', () => {
  test('is left for the primary, and takes no other one along', () => {
    const course = Course.at(A).verified(LIE)
    expect(course.effects).toEqual(ASK)
    expect(course.verified(LIE).effects).toEqual([])
    expect(course.answer([A, 1], [A, 1], [LIE, 1]).effects).toEqual(switchTo(A))
    expect(course.answer([A, 1], [A, 1], [LIE, 1]).effects).toEqual([])
  })

  test('stays while that sentinel may know better, until the others have heard of it', () => {
    const course = Course.at(A).verified(B)
    expect(course.answer([A, 1], [A, 1], [B, 2]).effects).toEqual(ASK_AGAIN)
    expect(course.answer([A, 1], [B, 2], [B, 2]).effects).toEqual(verify(B))
    expect(course.verified(B).effects).toEqual(switchTo(B))
    expect(course.watch.hasStray).toBe(false)
  })

  test('is left after five seconds in which no other one has said it', () => {
    const course = Course.at(A).verified(LIE).answer([A, 1], [A, 1], [LIE, 9])
    expect(course.effects).toEqual(ASK_AGAIN)
    course.now = 5_000
    expect(course.answer([A, 1], [A, 1], [LIE, 9]).effects).toEqual(switchTo(A))
  })
})

test('a primary that is away relaxes timeouts for a limited time, and its return ends that', () => {
  const course = Course.at(A).take({ type: 'announced', announcement: { type: 'down' } })
  expect(course.effects).toEqual([{ type: 'relax', forMs: 60_000 }])
  expect(course.take({ type: 'announced', announcement: { type: 'up' } }).effects).toEqual([{ type: 'end-relaxation' }])
  expect(course.take({ type: 'announced', announcement: { type: 'up' } }).effects).toEqual([])
  course.take({ type: 'announced', announcement: { type: 'down' } }).answer([B, 2], [B, 2])
  expect(course.verified(B).effects).toEqual([...switchTo(B), { type: 'end-relaxation' }])
})

test('a hundred failovers in a row are a hundred switches', () => {
  const course = Course.at(A)
  const switches: WatchEffect[] = []
  for (let epoch = 2; epoch <= 101; epoch += 1) {
    const [from, to] = epoch % 2 === 0 ? [A, B] : [B, A]
    course.now += 1_000
    course.announce(to).answer([to, epoch], [from, epoch - 1], [from, epoch - 1])
    course.announce(to).answer([to, epoch], [to, epoch], [from, epoch - 1])
    course.announce(to).verified(to)
    switches.push(...course.effects)
  }
  expect(switches).toHaveLength(100)
  expect(switches.slice(0, 3)).toEqual([...switchTo(B), ...switchTo(A), ...switchTo(B)])
  expect(course.watch).toMatchObject({ primary: { endpoint: A, epoch: 101 }, verifying: undefined })
})
