import { describe, expect, it } from 'vitest'
import { PushSplitter } from '../../../src/wire/push-splitter.js'

const PUSH = '>3\r\n$6\r\nMOVING\r\n:1\r\n_\r\n'
/** A blob that has the bytes of a push in it. */
const HOSTILE = `$${PUSH.length}\r\n${PUSH}\r\n`

function split(chunks: Iterable<Uint8Array>) {
  const told: string[] = []
  let replies = ''
  const splitter = new PushSplitter({
    onReplies: bytes => {
      replies += bytes.toString('latin1')
    },
    onPush: (items, bytes) => told.push(`${replies.length} ${items.map(String).join(' ')} ${bytes.toString('latin1')}`),
  })
  try {
    for (const chunk of chunks) splitter.feed(chunk)
  } catch {
    // What is wrong is kept.
  }
  return { told, replies, failure: splitter.failure?.code, offset: splitter.offset }
}

const bytewise = (text: string): Uint8Array[] => [...Buffer.from(text, 'latin1')].map(byte => Buffer.of(byte))

describe('a push splitter', () => {
  it.each([HOSTILE, `*2\r\n${HOSTILE}%1\r\n+k\r\n${HOSTILE}`, '|1\r\n+a\r\n:1\r\n*1\r\n:1\r\n', '$-1\r\n', '~0\r\n'])(
    'tells pushes from the reply %j, in one piece and byte by byte',
    reply => {
      const text = `${PUSH}${reply}${PUSH}${PUSH}${reply}`
      for (const chunks of [[Buffer.from(text)], bytewise(text)]) {
        const { told, replies, failure } = split(chunks)
        expect(replies).toBe(reply + reply)
        expect(told).toEqual([0, reply.length, reply.length].map(at => `${at} MOVING 1 null ${PUSH}`))
        expect(failure).toBeUndefined()
      }
    },
  )

  it('passes on what stands before wrong bytes, and nothing behind them', () => {
    for (const chunks of [[Buffer.from(`+OK\r\n${PUSH}*x\r\n+no\r\n`)], bytewise(`+OK\r\n${PUSH}*x\r\n+no\r\n`)]) {
      const { told, replies, failure } = split(chunks)
      // Of a frame that is not complete nothing is known yet.
      expect(replies).toMatch(/^\+OK\r\n(?:\*x\r?)?$/)
      expect(told).toHaveLength(1)
      expect(failure).toBe('WIRE_PROTOCOL')
    }
  })

  it('hands on the bytes of a chunk without a push as they came', () => {
    const chunk = Buffer.from('+OK\r\n:1\r\n')
    const passed: Buffer[] = []
    new PushSplitter({ onReplies: bytes => passed.push(bytes), onPush: () => {} }).feed(chunk)
    expect(passed).toEqual([chunk])
    expect(passed[0]).toBe(chunk)
  })
})
