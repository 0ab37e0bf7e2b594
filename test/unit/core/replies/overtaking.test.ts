import { describe, expect, it } from 'vitest'
import { afterRefusal, isOvertaking } from '../../../../src/core/replies/overtaking.js'

describe('the commands behind a refused one', () => {
  it('are those that were written before the refusal was known', () => {
    const span = afterRefusal(undefined, 5, 9)
    expect([4, 5, 6, 9, 10].map(sequence => isOvertaking(span, sequence, 0))).toEqual([false, false, true, true, false])
  })

  it('stay behind the first one where several of them are refused', () => {
    const span = afterRefusal(afterRefusal(undefined, 5, 9), 7, 9)
    expect(span).toEqual({ from: 5, to: 9 })
  })

  it('begin behind the earliest that is refused, whichever was answered first', () => {
    expect(afterRefusal(afterRefusal(undefined, 8, 9), 6, 9)).toEqual({ from: 6, to: 9 })
  })

  it('are others once one is refused that was written later', () => {
    expect(afterRefusal({ from: 5, to: 9 }, 10, 12)).toEqual({ from: 10, to: 12 })
  })

  it('are sent again six times at most', () => {
    expect([0, 5, 6].map(repeats => isOvertaking({ from: 1, to: 3 }, 2, repeats))).toEqual([true, true, false])
  })
})
