import { describe, expect, it } from 'vitest'
import { between, field, group, printValue, type Shape } from '../../../src/base/shape.js'

const count = field<number>('a whole number', Number.isInteger)
const point = group({ x: count, y: count })

function read(shape: Shape, value: unknown) {
  const problems: string[] = []
  const given = shape(value, 'it', problems)
  return { given, problems }
}

describe('a shape', () => {
  it('gives back what fits', () => {
    expect(read(count, 5)).toEqual({ given: 5, problems: [] })
    expect(read(point, { x: 1, y: 2 })).toEqual({ given: { x: 1, y: 2 }, problems: [] })
  })

  it('takes what is left out for undefined', () => {
    expect(read(count, undefined)).toEqual({ given: undefined, problems: [] })
    expect(read(point, undefined)).toEqual({ given: undefined, problems: [] })
    expect(read(point, { x: 1, y: undefined })).toEqual({ given: { x: 1 }, problems: [] })
  })

  it('says what is wrong, by its path, all at once', () => {
    const nested = group({ from: point, to: point })
    expect(read(nested, { from: { x: 'a', y: null }, to: 5, by: 1 }).problems).toEqual([
      'it.by: no such field; known are from, to',
      'it.from.x: must be a whole number, not "a"',
      'it.from.y: must be a whole number, not null',
      'it.to: must be an object, not 5',
    ])
  })

  it('speaks of groups as it is told to', () => {
    const options = group({ x: count }, { expected: 'a group', member: 'option' })
    expect(read(options, []).problems).toEqual(['it: must be a group, not an array'])
    expect(read(options, { y: 1 }).problems).toEqual(['it.y: no such option; known are x'])
  })

  it('finds what is inherited, and does not hand out the object that it was given', () => {
    class Given {
      get x(): number {
        return 7
      }
    }
    const given = new Given()
    const { given: got, problems } = read(point, given)
    expect({ got, problems }).toEqual({ got: { x: 7 }, problems: [] })
    expect(got).not.toBe(given)
  })

  it('takes names that every object has for what they are', () => {
    const given = JSON.parse('{ "constructor": 1, "__proto__": 2 }')
    expect(read(point, given).problems).toHaveLength(2)
  })
})

describe('values', () => {
  it.each([
    ['text', '"text"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [[1], 'an array'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [5n, '5'],
  ])('%o prints as %s', (value, text) => {
    expect(printValue(value)).toBe(text)
  })

  it('are between two numbers, these included', () => {
    const accepts = between(0, 1)
    expect([0, 0.5, 1].map(accepts)).toEqual([true, true, true])
    expect([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY, '1', null].map(accepts)).toEqual(Array(6).fill(false))
  })
})
