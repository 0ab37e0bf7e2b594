import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeValue } from '../../src/wire/encoder.js'
import { PushSplitter } from '../../src/wire/push-splitter.js'
import { cut, cuts, stream } from './wire-values.js'

interface Split {
  readonly replies: string
  readonly pushes: readonly string[]
  readonly failure: string | undefined
}

function split(chunks: readonly Uint8Array[]): Split {
  const pushes: string[] = []
  let replies = ''
  const splitter = new PushSplitter({
    onReplies: bytes => {
      replies += bytes.toString('latin1')
    },
    onPush: (_, bytes) => pushes.push(`${replies.length} ${bytes.toString('latin1')}`),
  })
  try {
    for (const chunk of chunks) splitter.feed(chunk)
  } catch (error) {
    expect(error).toMatchObject({ name: 'HitlessError' })
  }
  return { replies, pushes, failure: splitter.failure?.code }
}

it('any chunking of anything that a server sends is split as the whole is, and nothing of it is lost', () => {
  fc.assert(
    fc.property(stream, cuts, (values, places) => {
      const whole = Buffer.concat(values.map(value => encodeValue(value)))
      const { replies, pushes, failure } = split([whole])
      expect(failure).toBeUndefined()
      const ofPushes = pushes.reduce((sum, push) => sum + push.length - push.indexOf(' ') - 1, 0)
      expect(replies.length + ofPushes).toBe(whole.length)
      expect(split(cut(whole, places))).toEqual({ replies, pushes, failure })
    }),
  )
})

it('any chunking of bytes that are none fails in the same place, having passed on the same', () => {
  const hostile = fc.tuple(stream, fc.uint8Array({ maxLength: 40 }), fc.nat())
  fc.assert(
    fc.property(hostile, cuts, ([values, junk, at], places) => {
      const whole = Buffer.concat(values.map(value => encodeValue(value)))
      const place = whole.length === 0 ? 0 : at % whole.length
      const mixed = Buffer.concat([whole.subarray(0, place), junk, whole.subarray(place)])
      const once = split([mixed])
      const pieces = split(cut(mixed, places))
      expect(pieces.pushes).toEqual(once.pushes)
      expect(pieces.failure).toBe(once.failure)
    }),
  )
})
