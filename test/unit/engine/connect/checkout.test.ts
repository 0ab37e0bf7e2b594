import { describe, expect, it } from 'vitest'
import { afterPromiseJobs, MemberCheckout } from '../../../../src/engine/connect/checkout.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function create() {
  const clock = createVirtualClock()
  const checkout = new MemberCheckout(clock)
  const noted: string[] = []
  const wait = (withinMs = 1_000): Promise<void> =>
    checkout.returned(withinMs).then(() => void noted.push(`returned at ${clock.now()}`))
  return { clock, checkout, noted, wait }
}

describe('the checkout of a client', () => {
  it('is over at once while nobody has the client', async () => {
    const { clock, noted, wait } = create()
    await wait()
    expect([noted, clock.pending]).toEqual([['returned at 0'], 0])
  })

  it('is over when the client comes back, for everybody who waits', async () => {
    const { clock, checkout, noted, wait } = create()
    checkout.isCheckedOut = true
    void wait()
    void wait()
    await clock.settleBy(500)
    expect(noted).toEqual([])
    checkout.takeBack()
    await clock.settle()
    expect([noted, clock.pending]).toEqual([['returned at 500', 'returned at 500'], 0])
  })

  it('is over when the time is, though the client is still out', async () => {
    const { clock, checkout, noted, wait } = create()
    checkout.isCheckedOut = true
    void wait(300)
    await clock.settleBy(1_000)
    expect([noted, checkout.isCheckedOut, clock.pending]).toEqual([['returned at 300'], true, 0])
  })

  it('leaves the client to those who waited until no promise job is left', async () => {
    const { clock, checkout, noted, wait } = create()
    checkout.isCheckedOut = true
    const begun = wait()
      .then(() => {})
      .then(() => void noted.push('begun'))
    checkout.takeBack()
    expect(checkout.isYielded).toBe(true)
    afterPromiseJobs(() => noted.push(`yielded: ${checkout.isYielded}`))
    await begun
    expect(checkout.isYielded).toBe(true)
    await clock.settle()
    expect(noted).toEqual(['returned at 0', 'begun', 'yielded: false'])
  })

  it('takes a client back for which nobody waited without a word', () => {
    const { checkout } = create()
    checkout.isCheckedOut = true
    checkout.takeBack()
    expect([checkout.isCheckedOut, checkout.isYielded]).toEqual([false, false])
  })
})
