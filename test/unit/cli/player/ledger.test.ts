import { expect, it } from 'vitest'
import { Ledger } from '../../../../src/cli/player/notes/ledger.js'

const NOTHING_WRONG = { lost: 0, doubled: 0, torn: 0 }

it('finds nothing wrong where the server holds exactly what it acknowledged', () => {
  const ledger = new Ledger()
  ledger.wrote('key', 'value')
  ledger.counted('count')
  ledger.counted('count')
  expect(
    ledger.audit(
      new Map([
        ['key', 'value'],
        ['count', '2'],
      ]),
    ),
  ).toEqual({ ...NOTHING_WRONG, keys: 2 })
})

it('calls an acknowledged write lost that is absent, or holds another value', () => {
  const ledger = new Ledger()
  ledger.wrote('absent', 'value')
  ledger.wrote('never-read', 'value')
  ledger.wrote('other', 'value')
  const held = new Map([
    ['absent', null],
    ['other', 'older value'],
  ])
  expect(ledger.audit(held)).toMatchObject({ lost: 3, doubled: 0 })
})

it('calls each increment lost that the count lacks', () => {
  const ledger = new Ledger()
  for (let time = 0; time < 5; time += 1) ledger.counted('count')
  expect(ledger.audit(new Map([['count', '3']]))).toMatchObject({ lost: 2, doubled: 0 })
  expect(ledger.audit(new Map([['count', null]]))).toMatchObject({ lost: 5, doubled: 0 })
})

it('calls each increment doubled that nobody can have sent', () => {
  const ledger = new Ledger()
  ledger.counted('count')
  expect(ledger.audit(new Map([['count', '3']]))).toMatchObject({ lost: 0, doubled: 2 })
})

it('lets increments of unknown fate be applied, or not', () => {
  const ledger = new Ledger()
  ledger.counted('count')
  ledger.doubted('count')
  ledger.doubted('count')
  for (const count of ['1', '2', '3']) expect(ledger.audit(new Map([['count', count]]))).toMatchObject(NOTHING_WRONG)
  expect(ledger.audit(new Map([['count', '0']]))).toMatchObject({ lost: 1, doubled: 0 })
  expect(ledger.audit(new Map([['count', '4']]))).toMatchObject({ lost: 0, doubled: 1 })
})

it('calls a transaction torn of which only a part was applied', () => {
  const ledger = new Ledger()
  ledger.paired('left', 'right')
  for (const key of ['left', 'right']) ledger.doubted(key)
  const held = (left: string, right: string): Map<string, string> =>
    new Map([
      ['left', left],
      ['right', right],
    ])
  expect(ledger.audit(held('0', '0'))).toMatchObject(NOTHING_WRONG)
  expect(ledger.audit(held('1', '1'))).toMatchObject(NOTHING_WRONG)
  expect(ledger.audit(held('1', '0'))).toMatchObject({ ...NOTHING_WRONG, torn: 1 })
})

it('knows every key that it needs, and what was written last', () => {
  const ledger = new Ledger()
  ledger.wrote('key', 'older')
  ledger.wrote('key', 'newer')
  ledger.counted('count')
  ledger.paired('left', 'right')
  expect(ledger.keys()).toEqual(['key', 'count', 'left', 'right'])
  expect(ledger.valueOf('key')).toBe('newer')
  expect(ledger.valueOf('other')).toBeUndefined()
})
