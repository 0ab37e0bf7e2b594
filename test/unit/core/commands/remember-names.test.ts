import { expect, it } from 'vitest'
import { rememberNames } from '../../../../src/core/commands/remember-names.js'

it('asks once for each name as it is written, and goes on asking when there are too many', () => {
  const asked: string[] = []
  const isShort = rememberNames(name => {
    asked.push(name)
    return name.length === 3
  })
  expect(['get', 'GET', 'get', 'mget', 'mget'].map(isShort)).toEqual([true, true, true, false, false])
  expect(asked).toEqual(['get', 'GET', 'mget'])
  for (let index = 0; index < 3_000; index += 1) isShort(`name${index}`)
  expect(isShort('name2999')).toBe(false)
  expect(asked).toHaveLength(3_004)
})
