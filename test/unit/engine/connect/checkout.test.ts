import { describe, expect, it } from 'vitest'
import { MemberCheckout } from '../../../../src/engine/connect/checkout.js'

function create() {
  const checkout = new MemberCheckout()
  const noted: string[] = []
  return { checkout, noted, wait: (name: string) => checkout.whenReleased(() => noted.push(name)) }
}

describe('the checkout of a client', () => {
  it('is over at once while nobody has the client', () => {
    const { noted, wait } = create()
    wait('hand-off')
    expect(noted).toEqual(['hand-off'])
  })

  it('is over when the client comes back, and said to be so once', () => {
    const { checkout, noted, wait } = create()
    checkout.isCheckedOut = true
    wait('hand-off')
    expect(noted).toEqual([])
    checkout.takeBack()
    checkout.takeBack()
    expect([noted, checkout.isCheckedOut]).toEqual([['hand-off'], false])
  })

  it('is waited for by the last hand-off that asked, as there is one at a time', () => {
    const { checkout, noted, wait } = create()
    checkout.isCheckedOut = true
    wait('cancelled hand-off')
    wait('hand-off')
    checkout.takeBack()
    expect(noted).toEqual(['hand-off'])
  })
})
