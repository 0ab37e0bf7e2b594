import KeyvRedis from '@keyv/redis'
import { Keyv } from 'keyv'
import { expect, it } from 'vitest'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'
import { connectClient } from '../../support/rig.js'

it('keyv reads what it has written while its connection moves', async () => {
  const nodes = await startTwoNodes()
  const client = await connectClient(nodes[0])
  // The package brings a @redis/client of its own, and uses the one that it is given.
  const keyv = new Keyv<number>({
    store: new KeyvRedis(client as never, { throwOnErrors: true }),
    namespace: 'numbers',
  })
  const errors: unknown[] = []
  keyv.on('error', error => errors.push(error))
  await moveDuring(nodes, async round => {
    await keyv.set(`${round}`, round, 60_000)
    expect(await keyv.getMany([`${round}`, 'none'])).toEqual([round, undefined])
    if (round % 2 === 0) await keyv.delete(`${round}`)
  })
  expect(await keyv.get('0')).toBeUndefined()
  expect(await keyv.get('1')).toBe(1)
  await keyv.clear()
  expect(await keyv.get('1')).toBeUndefined()
  expect(errors).toEqual([])
  await keyv.disconnect()
  expect(client.isOpen).toBe(false)
})
