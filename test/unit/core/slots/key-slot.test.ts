import { expect, it } from 'vitest'
import { slotOf } from '../../../../src/core/slots/key-slot.js'

it.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}bar', 12_182],
  ['a{foo}{bar}', 12_182],
  ['', 0],
])('puts %j into slot %i', (key, slot) => {
  expect([slotOf(key), slotOf(Buffer.from(key))]).toEqual([slot, slot])
})

it('takes the whole key where the tag is empty or has no end', () => {
  expect(slotOf('{}foo')).not.toBe(slotOf('foo'))
  expect(slotOf('{foo')).not.toBe(slotOf('foo'))
})
