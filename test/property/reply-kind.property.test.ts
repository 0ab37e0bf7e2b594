import fc from 'fast-check'
import { expect, it } from 'vitest'
import { classifyReplies, classifyReply } from '../../src/core/replies/reply-kind.js'

const REFUSALS = [
  "READONLY You can't write against a read only replica.",
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'CLUSTERDOWN Hash slot not served',
  'TRYAGAIN Multiple keys request during rehashing of link',
  'MOVED 1 127.0.0.1:6379',
  `EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.`,
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
] as const

const refusal = fc.constantFrom(...REFUSALS)

/** The codes of other errors, and how messages go on that repeat what the user sent. */
const prefix = fc.oneof(
  fc.constantFrom('ERR ', 'WRONGTYPE ', 'NOPERM ', 'OOM ', 'BUSY ', 'ERR unknown command ', "ERR Error: '", '-', ' '),
  fc.string({ minLength: 1, unit: 'grapheme-ascii' }).map(text => `ERR ${text}`),
)

it('whatever is not an error is no refusal, and no value makes the classification throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.anything()), (value, values) => {
      expect(classifyReply(value)).toBeUndefined()
      expect(classifyReplies(values)).toBeUndefined()
    }),
  )
})

it('a refusal that another error merely repeats is none', () => {
  fc.assert(
    fc.property(prefix, refusal, fc.string(), (before, text, after) => {
      expect(classifyReply(new Error(`${before}${text}${after}`))).toBeUndefined()
    }),
  )
})

it('the refusals among replies are named, wherever they stand', () => {
  const harmless = fc.oneof(
    fc.string(),
    fc.constant(null),
    fc.string().map(text => new Error(`ERR ${text}`)),
  )
  const reply = fc.oneof(
    harmless.map(value => ({ value, isRefusal: false })),
    refusal.map(text => ({ value: new Error(text), isRefusal: true })),
  )
  fc.assert(
    fc.property(fc.array(reply), replies => {
      const expected = [...replies.keys()].filter(index => replies[index]?.isRefusal)
      const found = classifyReplies(replies.map(({ value }) => value))
      expect(found?.indexes ?? []).toEqual(expected)
      const first = replies[expected[0] ?? -1]?.value
      if (found !== undefined) expect(classifyReply(first)).toEqual({ kind: found.kind, scope: found.scope })
    }),
  )
})
