import { describe, expect, test } from 'vitest'
import { printSlotRanges, toSlotRanges } from '../../../src/notifications/slot-ranges.js'

describe('toSlotRanges', () => {
  test('reads single slots and ranges in their order', () => {
    expect(toSlotRanges('123,456,789-1000')).toEqual([
      { from: 123, to: 123 },
      { from: 456, to: 456 },
      { from: 789, to: 1000 },
    ])
  })

  test('keeps order and overlaps as they were told', () => {
    expect(toSlotRanges('9,1-3,2')).toEqual([
      { from: 9, to: 9 },
      { from: 1, to: 3 },
      { from: 2, to: 2 },
    ])
  })

  test('reads the first and the last slot', () => {
    expect(toSlotRanges('0-16383')).toEqual([{ from: 0, to: 16383 }])
  })

  test('allows spaces around the numbers', () => {
    expect(toSlotRanges(' 1 , 5 - 7\t')).toEqual([
      { from: 1, to: 1 },
      { from: 5, to: 7 },
    ])
  })

  test('finds no slots in an empty text', () => {
    expect([toSlotRanges(''), toSlotRanges('  ')]).toEqual([[], []])
  })

  test('reads a text that names every slot alone', () => {
    expect(toSlotRanges(Array.from({ length: 16_384 }, (_, slot) => slot).join(','))).toHaveLength(16_384)
  })

  test.each([
    '16384',
    '0-16384',
    '7-5',
    '-1',
    '1-',
    '-',
    '1--2',
    '1-2-3',
    '1,,2',
    ',1',
    '1,',
    '1.5',
    '0x1',
    'a',
    '1;2',
    '1 2',
    '123456',
    '१',
  ])('refuses %j', text => {
    expect(toSlotRanges(text)).toBeUndefined()
  })

  test('refuses a text that must repeat itself', () => {
    expect(toSlotRanges('1,'.repeat(1_000_000))).toBeUndefined()
  })
})

describe('printSlotRanges', () => {
  test('prints a range of one slot as that slot', () => {
    expect(
      printSlotRanges([
        { from: 5, to: 5 },
        { from: 7, to: 9 },
      ]),
    ).toBe('5,7-9')
  })

  test('prints no slots as an empty text', () => {
    expect(printSlotRanges([])).toBe('')
  })
})
