import { expect, it } from 'vitest'
import { ShardOverlap } from '../../../../src/engine/topology/cluster/shard-overlap.js'

it('passes on each message of two nodes once, in whatever order they deliver, and keeps equal messages', () => {
  const overlap = new ShardOverlap()
  const passed = (delivered: string): string =>
    delivered
      .split(' ')
      .filter(([node = '', text = '']) => !overlap.isRepeated(node, Buffer.from(text)))
      .join(' ')
  expect(passed('a1 b1 a2 a2 b2 b2')).toBe('a1 a2 a2')
  expect(passed('b3 a3 a3 b4 b3 a4')).toBe('b3 a3 b4')
})

it('forgets what only one node has delivered where it becomes too much, the oldest first', () => {
  const overlap = new ShardOverlap()
  for (let at = 0; at <= 4_096; at += 1) overlap.isRepeated('A', Buffer.from(`m${at}`))
  expect(['m0', 'm4096'].map(text => overlap.isRepeated('B', Buffer.from(text)))).toEqual([false, true])
})

it('takes what one node delivered before the other did for sure for a repetition only where it came several times', () => {
  const overlap = new ShardOverlap()
  const passed = (...delivered: readonly string[]): readonly string[] =>
    delivered.filter(([node, ...text]) => !overlap.isRepeated(node, Buffer.from(text.join(''))))
  expect(passed('a1', 'a2', 'a2')).toEqual(['a1', 'a2', 'a2'])
  overlap.begin()
  expect(passed('b1', 'b2', 'b2')).toEqual(['b2', 'b2'])
})

it('waits for one message, not for two, where one came early and again since', () => {
  const overlap = new ShardOverlap()
  const isRepeated = (node: string): boolean => overlap.isRepeated(node, Buffer.from('same'))
  isRepeated('a')
  overlap.begin()
  expect([isRepeated('a'), isRepeated('b'), isRepeated('b')]).toEqual([false, true, false])
})
