import { describe, expect, it } from 'vitest'
import { afterSlices, firstSlice, isSliceOver } from '../../../../src/core/commands/blocking-slices.js'

describe('a slice of a blocking command', () => {
  it.each<[string, string | undefined]>([
    ['BLPOP a b 0', 'BLPOP a b 1'],
    ['brpop a 7.5', 'brpop a 1'],
    ['BLMPOP 0 1 a LEFT', 'BLMPOP 1 1 a LEFT'],
    ['BLMOVE a b LEFT RIGHT 5', 'BLMOVE a b LEFT RIGHT 1'],
    ['BZPOPMIN a 0', 'BZPOPMIN a 1'],
    ['XREAD COUNT 1 BLOCK 0 STREAMS s 0-1', 'XREAD COUNT 1 BLOCK 1000 STREAMS s 0-1'],
    ['XREADGROUP GROUP g c BLOCK 60000 STREAMS s >', 'XREADGROUP GROUP g c BLOCK 1000 STREAMS s >'],
    ['WAIT 1 0', 'WAIT 1 1000'],
    ['WAITAOF 1 1 5000', 'WAITAOF 1 1 1000'],
    // Short ones are answered soon anyway.
    ['BLPOP a 1', undefined],
    ['XREAD BLOCK 500 STREAMS s 0-1', undefined],
    // The server says what is wrong with these.
    ['BLPOP a soon', undefined],
    ['BLPOP a -1', undefined],
    ['BLPOP', undefined],
    ['JOB.TAKE jobs 0', undefined],
  ])('of %s is %s', (command, slice) => {
    expect(firstSlice(command.split(' '))?.join(' ')).toBe(slice)
  })

  it.each<[string, number, string]>([
    ['BLPOP a 5', 2_003, 'BLPOP a 3'],
    ['BLPOP a 5', 4_900, 'BLPOP a 1'],
    ['BLPOP a 5.5', 2_000, 'BLPOP a 3.5'],
    ['BLPOP a 0', 4_000, 'BLPOP a 0'],
    ['XREAD BLOCK 4500 STREAMS s 0-1', 2_003, 'XREAD BLOCK 2497 STREAMS s 0-1'],
    ['WAIT 1 5000', 2_000, 'WAIT 1 3000'],
  ])('leaves of %s, after %i ms, %s', (command, elapsedMs, left) => {
    expect(afterSlices(command.split(' '), elapsedMs).join(' ')).toBe(left)
  })

  it.each<[string, unknown, boolean]>([
    ['BLPOP a 2', null, true],
    ['BLPOP a 2', ['a', 'one'], false],
    ['WAIT 2 2000', 1, true],
    ['WAIT 2 2000', 2, false],
    ['WAITAOF 1 2 2000', [1, 1], true],
    ['WAITAOF 1 2 2000', [1, 2], false],
  ])('%s is over with %j: %s', (command, reply, isOver) => {
    expect(isSliceOver(command.split(' '), reply)).toBe(isOver)
  })
})
