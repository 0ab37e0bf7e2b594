import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../src/base/endpoint.js'
import {
  NO_PROMOTION,
  type PromotionEffect,
  type PromotionInput,
  type PromotionWatch,
  watchPromotion,
} from '../../../../src/core/sentinel/promotion.js'
import { type Replication, readReplication } from '../../../../src/core/sentinel/replication.js'

const [A, B]: readonly [Endpoint, Endpoint] = [
  { host: '10.0.0.1', port: 7_001 },
  { host: '10.0.0.1', port: 7_002 },
]
const PRIMARY: Replication = { role: 'primary', id: 'a', formerId: undefined }
const REPLICA: Replication = { role: 'replica', id: 'a', formerId: undefined }
const PROMOTED: Replication = { role: 'primary', id: 'b', formerId: 'a' }

/** What is decided about a promotion, input by input. */
class Course {
  watch: PromotionWatch = NO_PROMOTION
  now = 0

  take(input: PromotionInput): readonly PromotionEffect['type'][] {
    const { watch, effects } = watchPromotion(this.watch, input, this.now)
    this.watch = watch
    return effects.map(({ type }) => type)
  }

  told(): readonly PromotionEffect['type'][] {
    return this.take({ type: 'told', candidate: B, primary: A })
  }

  looked(candidate: Replication | undefined, primary?: Replication): readonly PromotionEffect['type'][] {
    return this.take({ type: 'looked', candidate, primary })
  }
}

describe('writes wait for a promotion', () => {
  test('when the replica has the history of the primary, until it is a primary with that history', () => {
    const course = new Course()
    expect(course.told()).toEqual(['look'])
    expect(course.told()).toEqual([])
    expect(course.looked(REPLICA, PRIMARY)).toEqual(['hold', 'look'])
    expect(course.looked(undefined)).toEqual(['look'])
    expect(course.looked(REPLICA)).toEqual(['look'])
    expect(course.looked(PROMOTED)).toEqual(['promoted'])
    expect(course.take({ type: 'over' })).toEqual(['release'])
    expect(course.take({ type: 'over' })).toEqual([])
  })

  test('of a node that was promoted before it was seen, but that does not lead there', () => {
    const course = new Course()
    course.told()
    expect(course.looked(PROMOTED, PRIMARY)).toEqual(['hold', 'look'])
    expect(course.looked(PROMOTED)).toEqual(['look'])
  })

  test('for a limited time, and not again for a minute', () => {
    const course = new Course()
    course.told()
    course.looked(REPLICA, PRIMARY)
    course.now = 1_000
    expect(course.looked(REPLICA)).toEqual(['release'])
    expect(course.told()).toEqual([])
    course.now = 61_000
    expect(course.told()).toEqual(['look'])
  })
})

describe('writes do not wait', () => {
  test('where the primary does not answer, or is none', () => {
    for (const primary of [undefined, REPLICA]) {
      const course = new Course()
      course.told()
      expect(course.looked(REPLICA, primary)).toEqual([])
      expect(course.told()).toEqual(['look'])
    }
  })

  test('for a node of another history, or one that never answers', () => {
    const course = new Course()
    course.told()
    expect(course.looked({ ...REPLICA, id: 'x' }, PRIMARY)).toEqual([])
    course.told()
    expect(course.looked(undefined, PRIMARY)).toEqual(['look'])
    course.now = 1_000
    expect(course.looked(undefined)).toEqual([])
  })

  test('for the primary itself, and what is said late changes nothing', () => {
    const course = new Course()
    expect(course.take({ type: 'told', candidate: A, primary: A })).toEqual([])
    expect(course.looked(PROMOTED, PRIMARY)).toEqual([])
  })
})

describe('the part of a server in a replication', () => {
  const [own, former] = ['ab'.repeat(20), 'cd'.repeat(20)]

  test('is read from its answer', () => {
    const said = `# Replication\r\nrole:master\r\nmaster_replid:${own}\r\nmaster_replid2:${former}\r\n`
    expect(readReplication(said)).toEqual({ role: 'primary', id: own, formerId: former })
    const replica = `role:slave\r\nmaster_replid:${own}\r\nmaster_replid2:${'0'.repeat(40)}\r\n`
    expect(readReplication(replica)).toEqual({ role: 'replica', id: own, formerId: undefined })
  })

  test('is not known where the answer does not say it', () => {
    for (const said of [undefined, '', 'role:master', `master_replid:${own}`, 'role:sentinel'])
      expect(readReplication(said)).toBeUndefined()
  })
})
