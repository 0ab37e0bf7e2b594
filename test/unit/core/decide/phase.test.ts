import { describe, expect, test } from 'vitest'
import { assertLegalMove, LEGAL_MOVES, type StateName } from '../../../../src/core/decide/phase.js'

const states = Object.keys(LEGAL_MOVES) as readonly StateName[]
const pairs = states.flatMap(from => states.map(to => [from, to] as const))
const legal = pairs.filter(([from, to]) => from === to || LEGAL_MOVES[from].includes(to))
const illegal = pairs.filter(([from, to]) => from !== to && !LEGAL_MOVES[from].includes(to))

describe('the table of legal moves', () => {
  test('has every state, and names no other', () => {
    expect(states).toEqual([
      'idle',
      'connecting',
      'pausing',
      'serving',
      'probing',
      'waiting',
      'preparing',
      'awaiting-release',
      'fencing',
      'closed',
    ])
    expect(
      Object.values(LEGAL_MOVES)
        .flat()
        .filter(to => !states.includes(to)),
    ).toEqual([])
  })

  test.each(legal)('allows %s to become %s', (from, to) => {
    expect(() => assertLegalMove(from, to)).not.toThrow()
  })

  test.each(illegal)('forbids %s to become %s, and names both', (from, to) => {
    expect(() => assertLegalMove(from, to)).toThrow(new RegExp(`^Illegal move from ${from} to ${to}; allowed: `))
  })

  test('can be closed in every state', () => {
    expect(states.filter(from => from !== 'closed' && !LEGAL_MOVES[from].includes('closed'))).toEqual([])
  })

  test('leads from `closed` and `idle` only to a new connection', () => {
    expect(LEGAL_MOVES.closed).toEqual(['connecting'])
    expect(LEGAL_MOVES.idle).toEqual(['connecting', 'closed'])
  })
})
