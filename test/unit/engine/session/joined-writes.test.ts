import { describe, expect, it } from 'vitest'
import { joinWrites } from '../../../../src/engine/session/joined-writes.js'

describe('commands that are written at the same time', () => {
  it('become one piece', () => {
    expect([...joinWrites([['GET a '], ['GET ', 'b ']])]).toEqual([['GET a GET b ']])
  })

  it('keep bytes as they are, between the texts before and behind them', () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')]
    const joined = [...joinWrites([['SET '], ['k ', a, ' '], ['SET ', b, '\n'], ['GET']])]
    expect(joined).toEqual([['SET k ', a, ' SET ', b, '\nGET']])
  })

  it('are nothing where nothing waits', () => {
    expect([...joinWrites([])]).toEqual([])
  })

  it('are taken out of the queue no sooner than they are written', () => {
    const queue = ['a', 'b', 'c'].map(letter => letter.repeat(10_000))
    function* taken(): Generator<string[]> {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield [next]
    }
    for (const pieces of joinWrites(taken())) {
      expect(pieces.map(piece => [piece[0], piece.length])).toEqual([['a', 20_000]])
      break
    }
    expect(queue.map(([letter]) => letter)).toEqual(['c'])
  })
})
