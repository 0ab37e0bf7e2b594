import { describe, expect, it } from 'vitest'
import { byteAt } from '../../../src/wire/type-byte.js'
import { asWireError, createTypeError, createWireError, printByte } from '../../../src/wire/wire-error.js'

describe('createWireError', () => {
  it('names the place in the message and among the facts', () => {
    const error = createWireError('WIRE_LIMIT', 'Too much', 42)
    expect(error).toMatchObject({ code: 'WIRE_LIMIT', message: 'Too much, at byte 42', facts: { offset: 42 } })
  })
})

it.each([
  ['WIRE_UNSUPPORTED', ';', 'a chunk of a streamed string'],
  ['WIRE_UNSUPPORTED', '.', 'the end of a streamed aggregate'],
  ['WIRE_PROTOCOL', 'x', 'no type at all'],
])('%s is what %s in the place of a type means: %s', (code, character) => {
  expect(createTypeError(byteAt(Buffer.from(character), 0), 7)).toMatchObject({ code, facts: { offset: 7 } })
})

describe('asWireError', () => {
  it('lets errors of this library through and throws all others', () => {
    const error = createWireError('WIRE_PROTOCOL', 'No', 0)
    const defect = new TypeError('Ours')
    expect(asWireError(error)).toBe(error)
    expect(() => asWireError(defect)).toThrow(defect)
  })
})

describe('printByte', () => {
  it('shows visible characters as such and others as hexadecimal', () => {
    expect([0x41, 0x20, 0x0a, 0x7f, 0xff].map(printByte)).toStrictEqual(['"A"', '0x20', '0x0a', '0x7f', '0xff'])
  })
})

describe('byteAt', () => {
  it('is 0 outside of the bytes', () => {
    expect([byteAt(Buffer.from('a'), 0), byteAt(Buffer.from('a'), 1)]).toStrictEqual([0x61, 0])
  })
})
