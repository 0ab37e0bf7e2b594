import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestSplitter } from '../../../src/simulator/sessions/request-splitter.js'
import { encodeCommand } from '../../../src/wire/encoder.js'
import { cutInto } from './cut-into.js'

const words = fc.array(
  fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
  { minLength: 1, maxLength: 5 },
)

describe('the request splitter', () => {
  it('finds the same commands and bytes however they are cut', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), fc.array(fc.nat(200)), (commands, cuts) => {
        const splitter = new RequestSplitter()
        const sent = commands.map(encodeCommand)
        const found = cutInto(Buffer.concat(sent), cuts).flatMap(chunk => [...splitter.feed(chunk)])
        expect(found.map(({ words: parts }) => parts.map(part => part.toString('hex')))).toEqual(
          commands.map(parts => parts.map(part => part.toString('hex'))),
        )
        expect(found.map(({ raw }) => raw.toString('hex'))).toEqual(sent.map(bytes => bytes.toString('hex')))
      }),
    )
  })

  // To read it again with every chunk takes minutes.
  it('reads a request once that comes in many small chunks', { timeout: 30_000 }, () => {
    const splitter = new RequestSplitter()
    const chunk = Buffer.from('$1\r\nx\r\n'.repeat(16))
    const early = [...splitter.feed(Buffer.from('*160000\r\n'))]
    for (let count = 1; count < 10_000; count += 1) early.push(...splitter.feed(chunk))
    const [command] = splitter.feed(chunk)
    expect(early).toEqual([])
    expect(command?.words).toHaveLength(160_000)
  })

  it('reads inline commands and passes over empty ones', () => {
    const found = new RequestSplitter().feed(Buffer.from('\r\nset  key\tvalue\r\n*0\r\nPING\n*1\r\n$4\r\nQUIT\r\n'))
    expect(found.map(({ words: parts }) => parts.join(' '))).toEqual(['set key value', 'PING', 'QUIT'])
    expect(found.map(({ name }) => name)).toEqual(['SET', 'PING', 'QUIT'])
  })

  it('takes a request of an empty word for one, as Redis does', () => {
    const found = new RequestSplitter().feed(Buffer.from('*1\r\n$0\r\n\r\n*-1\r\n'))
    expect(found.map(({ name, words: parts }) => ({ name, count: parts.length }))).toEqual([{ name: '', count: 1 }])
  })

  it.each([
    ['*x\r\n', 'invalid multibulk length'],
    ['*99999999\r\n', 'invalid multibulk length'],
    ['*1\r\n+GET\r\n', "expected '$', got '+'"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$999999999999\r\n', 'invalid bulk length'],
    ['x'.repeat(70_000), 'too big inline request'],
  ])('refuses %j as Redis does', (bytes, reason) => {
    const splitter = new RequestSplitter()
    expect(() => splitter.feed(Buffer.from(bytes))).toThrow(`Protocol error: ${reason}`)
  })

  it('takes a large value in small chunks without reading it again each time', () => {
    const splitter = new RequestSplitter()
    const value = Buffer.alloc(8_000_000, 'x')
    const chunks = cutInto(
      encodeCommand(['SET', 'key', value]),
      Array.from({ length: 8_000 }, () => 1_000),
    )
    const found = chunks.flatMap(chunk => [...splitter.feed(chunk)])
    expect(found.map(({ words: parts }) => parts[2]?.length)).toEqual([8_000_000])
  })
})
