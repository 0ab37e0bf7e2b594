import { describe, expect, it } from 'vitest'
import { canPause, canReissue, timeoutMsOf, withTimeLeft } from '../../../../src/core/commands/blocking-timeout.js'
import { kindOf } from '../../../../src/core/commands/command-kind.js'

describe('withTimeLeft', () => {
  it.each<[string, number, string]>([
    ['BLPOP a b 5', 1_250, 'BLPOP a b 3.75'],
    ['brpop a 5', 1_000, 'brpop a 4'],
    ['BLMOVE a b LEFT RIGHT 2', 500, 'BLMOVE a b LEFT RIGHT 1.5'],
    ['BLMOVEM a b LEFT RIGHT 2 COUNT 3 OBO', 500, 'BLMOVEM a b LEFT RIGHT 1.5 COUNT 3 OBO'],
    ['BRPOPLPUSH a b 2', 500, 'BRPOPLPUSH a b 1.5'],
    ['BLMPOP 2 1 a LEFT', 500, 'BLMPOP 1.5 1 a LEFT'],
    ['BZPOPMIN a 1', 250, 'BZPOPMIN a 0.75'],
    ['BZMPOP 1 1 a MIN', 250, 'BZMPOP 0.75 1 a MIN'],
    ['XREAD COUNT 1 BLOCK 5000 STREAMS s $', 1_000, 'XREAD COUNT 1 BLOCK 4000 STREAMS s $'],
    ['XREADGROUP GROUP g c BLOCK 5000 STREAMS s >', 1_000, 'XREADGROUP GROUP g c BLOCK 4000 STREAMS s >'],
    ['BLPOP a 0', 60_000, 'BLPOP a 0'],
    ['XREAD BLOCK 0 STREAMS s $', 60_000, 'XREAD BLOCK 0 STREAMS s $'],
    ['BLPOP a 1', 2_000, 'BLPOP a 0.001'],
    ['WAIT 1 500', 100, 'WAIT 1 400'],
  ])('%s, after %i ms, is %s', (command, elapsedMs, left) => {
    expect(withTimeLeft(command.split(' '), elapsedMs)).toEqual(left.split(' '))
  })
})

describe('canReissue', () => {
  it('is false for commands that speak of their own connection', () => {
    expect(['WAIT', 'WAITAOF', 'BLPOP', 'xread'].map(name => canReissue([name]))).toEqual([false, false, true, true])
  })

  it('is true for commands of no list, but for those that may read from the newest entry of a stream', () => {
    expect(
      [
        ['JOB.TAKE', 'jobs'],
        ['JOB.READ', 's', '$'],
      ].map(canReissue),
    ).toEqual([true, false])
  })
})

describe('canPause', () => {
  it.each<[string, boolean]>([
    ['BLPOP a 0', true],
    ['XREADGROUP GROUP g c BLOCK 0 STREAMS s >', true],
    ['XREAD BLOCK 0 STREAMS s 0-1', true],
    ['WAIT 1 0', false],
    ['JOB.TAKE jobs', false],
  ])('of %s is %s', (command, can) => {
    expect(canPause(command.split(' '))).toBe(can)
  })
})

describe('timeoutMsOf', () => {
  it.each<[string, number]>([
    ['BLPOP a b 2.5', 2_500],
    ['BLMPOP 2 1 a LEFT', 2_000],
    ['XREAD BLOCK 5000 STREAMS s $', 5_000],
    ['WAIT 1 500', 500],
    ['waitaof 1 1 500', 500],
    ['BLPOP a 0', Number.POSITIVE_INFINITY],
    ['WAIT 1 0', Number.POSITIVE_INFINITY],
    ['BLPOP a soon', Number.POSITIVE_INFINITY],
    ['JOB.TAKE jobs 5', Number.POSITIVE_INFINITY],
  ])('of %s is %d', (command, timeoutMs) => {
    expect(timeoutMsOf(command.split(' '))).toBe(timeoutMs)
  })
})

describe('kindOf', () => {
  it.each<[string, string | undefined]>([
    ['BLPOP a 0', 'blocking'],
    ['blpop a 0', 'blocking'],
    ['WAIT 1 0', 'blocking'],
    ['XREAD BLOCK 0 STREAMS s $', 'blocking'],
    ['XREAD STREAMS BLOCK $', undefined],
    ['SELECT 1', 'database'],
    ['CLIENT NO-EVICT ON', 'setting'],
    ['client setname worker', 'setting'],
    ['CLIENT ID', undefined],
    ['multi', 'transaction'],
    ['GET a', undefined],
    ['set a b', undefined],
    ['blmovem a b LEFT RIGHT 0', 'blocking'],
    ['JOB.TAKE jobs', 'unlisted'],
  ])('of %s is %s', (command, kind) => {
    expect(kindOf(command.split(' '))).toBe(kind)
  })

  it('reads names given as buffers', () => {
    expect(kindOf([Buffer.from('brpop'), 'a', '0'])).toBe('blocking')
  })
})
