import { describe, expect, it } from 'vitest'
import { fromIds, hasNewest, newestKeys, readNewest } from '../../../../src/core/commands/newest-entries.js'

describe('an XREAD from the newest entries of streams', () => {
  it.each<[string, string, string]>([
    ['XREAD BLOCK 0 STREAMS s $', 's', 'XREAD BLOCK 0 STREAMS s 1-1'],
    ['xread count 1 block 0 streams s t u 0-1 + $', 't u', 'xread count 1 block 0 streams s t u 0-1 1-1 2-2'],
    // Streams can have any name.
    ['XREAD BLOCK 0 STREAMS $ STREAMS 5-0 $', 'STREAMS', 'XREAD BLOCK 0 STREAMS $ STREAMS 5-0 1-1'],
    ['XREAD BLOCK 0 STREAMS s 0-1', '', 'XREAD BLOCK 0 STREAMS s 0-1'],
  ])('%s, of %s, can say which they are', (command, keys, exact) => {
    const words = command.split(' ')
    expect(newestKeys(words).join(' ')).toBe(keys)
    expect(fromIds(words, ['1-1', '2-2'])).toEqual(exact.split(' '))
  })

  it('reads arguments given as buffers', () => {
    const [key, position] = [Buffer.from('s'), Buffer.from('$')]
    expect(newestKeys(['XREAD', 'BLOCK', '0', 'STREAMS', key, position])).toEqual([key])
    expect(hasNewest(['JOB.READ', key, position])).toBe(true)
  })

  it('is no other command', () => {
    expect(newestKeys(['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '$'])).toEqual([])
  })
})

describe('readNewest', () => {
  it('finds the entry, or the beginning of an empty stream', () => {
    expect([readNewest([['7-1', ['n', '1']]]), readNewest([]), readNewest(null)]).toEqual(['7-1', '0-0', '0-0'])
  })
})
