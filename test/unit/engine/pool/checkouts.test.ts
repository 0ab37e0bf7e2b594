import { expect, test } from 'vitest'
import { Checkouts } from '../../../../src/engine/pool/checkouts.js'
import { SharedCheckout } from '../../../../src/engine/pool/shared-checkout.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const checkouts = (count: number, most = 10): Checkouts =>
  new Checkouts(count, most, limit => new Error(`full ${limit}`))

test('checkouts are given in the order in which they are asked for, and no more than so many wait', async () => {
  const two = checkouts(2, 1)
  expect(await Promise.all([two.take(), two.take()])).toEqual([0, 1])
  const third = two.take()
  await expect(two.take()).rejects.toThrow('full 1')
  expect(two.waiting).toBe(1)
  two.giveBack(1)
  expect(await third).toBe(1)
})

test('checkouts that wait fail with their owner, and those in use come back', async () => {
  const one = checkouts(1)
  await one.take()
  const waiting = one.take()
  one.failWaiting(new Error('closed'))
  await expect(waiting).rejects.toThrow('closed')
  one.giveBack(0)
  expect(await one.take()).toBe(0)
})

test('a shared checkout is given back behind the last that uses it', async () => {
  const [clock, one] = [createVirtualClock(), checkouts(1)]
  const shared = share(one, clock)
  const ends: (() => void)[] = []
  const long = (id: number): Promise<number> => new Promise(resolve => ends.push(() => resolve(id)))
  const uses = [shared.use(long, undefined), shared.use(long, undefined)]
  await clock.settle()
  const waiting = one.take()
  ends[0]?.()
  await clock.settle()
  expect(one.waiting).toBe(1)
  ends[1]?.()
  expect(await Promise.all(uses)).toEqual([0, 0])
  expect(await waiting).toBe(0)
})

test('a shared checkout is waited for by each as long as it may, and goes on when nobody needs it any more', async () => {
  const [clock, one] = [createVirtualClock(), checkouts(1)]
  const shared = share(one, clock)
  await one.take()
  const late = shared.use(async id => id, 50).catch(String)
  await clock.settleBy(50)
  expect(await late).toBe('Error: late')
  one.giveBack(0)
  await clock.settle()
  expect(await one.take()).toBe(0)
  expect(clock.pending).toBe(0)
})

function share(owner: Checkouts, clock: ReturnType<typeof createVirtualClock>): SharedCheckout {
  const giveBack = (id: number): undefined => void owner.giveBack(id)
  return new SharedCheckout({ clock, take: () => owner.take(), giveBack, late: () => new Error('late') })
}
