import { describe, expect, it } from 'vitest'
import { slotOf } from '../../../src/simulator/cluster/slot.js'
import { keysOf } from '../../../src/simulator/store/command-keys.js'

describe('The keys of a command', () => {
  it.each([
    ['GET a', 'a'],
    ['set a b', 'a'],
    ['PING', ''],
    ['PUBLISH a b', ''],
    ['MSET a 1 b 2', 'a b'],
    ['DEL a b c', 'a b c'],
    ['RENAME a b', 'a b'],
    ['BLPOP a b 0', 'a b'],
    ['BITOP AND a b c', 'a b c'],
    ['OBJECT ENCODING a', 'a'],
    ['EVAL script 2 a b c', 'a b'],
    ['ZUNIONSTORE a 2 b c WEIGHTS 1 2', 'a b c'],
    ['LMPOP 2 a b LEFT', 'a b'],
    ['XREAD COUNT 1 streams a b 0 0', 'a b'],
    ['SSUBSCRIBE a b', 'a b'],
  ])('of %s are %s', (command, keys) => {
    const words = command.split(' ').map(word => Buffer.from(word))
    expect(keysOf(words).map(String).join(' ')).toBe(keys)
  })
})

describe('The slot of a key', () => {
  it.each([
    ['123456789', 0x31c3],
    ['foo', 12_182],
    ['{foo}bar', 12_182],
    ['a{foo}{bar}', 12_182],
    ['', 0],
  ])('%s is %i', (key, slot) => {
    expect(slotOf(Buffer.from(key))).toBe(slot)
  })
})
