import { expect, it } from 'vitest'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'
import { connectClient } from '../../support/rig.js'

/** The part of its store that is used here. */
interface SessionStore {
  get(id: string): Promise<unknown>
  set(id: string, session: object): Promise<unknown>
  touch(id: string, session: object): Promise<unknown>
  destroy(id: string): Promise<unknown>
  length(): Promise<number>
}

// Its types need those of express-session, which are not installed.
const PACKAGE: string = 'connect-redis'
const { RedisStore } = (await import(PACKAGE)) as { RedisStore: new (options: { client: object }) => SessionStore }

it('connect-redis finds every session that it has stored while its connection moves', async () => {
  const nodes = await startTwoNodes()
  const client = await connectClient(nodes[0])
  const store = new RedisStore({ client })
  const rounds = await moveDuring(nodes, async round => {
    const session = { cookie: { originalMaxAge: 60_000 }, round }
    await store.set(`${round}`, session)
    expect(await store.get(`${round}`)).toEqual(session)
    await store.touch(`${round}`, session)
  })
  expect(await store.length()).toBe(rounds)
  await store.destroy('0')
  expect(await store.get('0')).toBeNull()
})
