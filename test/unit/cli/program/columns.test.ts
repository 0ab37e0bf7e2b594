import { describe, expect, it } from 'vitest'
import { toColumns } from '../../../../src/cli/program/columns.js'

describe('a table in columns', () => {
  const TABLE = [
    ['', 'ours', ''],
    ['name', '10', 'pass'],
    ['a longer name', '1,000', ''],
  ]

  it('begins names at the left, and ends numbers at the right', () => {
    expect(toColumns(TABLE)).toEqual(['                ours', 'name              10  pass', 'a longer name  1,000'])
  })

  it('begins other columns at the left where these are text', () => {
    expect(
      toColumns(
        [
          ['a', 'text'],
          ['b', 'x'],
        ],
        { isText: () => true },
      ),
    ).toEqual(['a  text', 'b  x'])
  })

  it('is as wide as it is told to be', () => {
    expect(toColumns([['a', '1']], { gap: 3 })).toEqual(['a   1'])
  })
})
