import { expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { Connection } from '../../../../src/engine/session/connection.js'
import { Session } from '../../../../src/engine/session/connection-session.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** A session, and a connection on which only commands of some names are answered. */
function start(answers: (name: string) => boolean) {
  const clock = createVirtualClock()
  const told: string[] = []
  const sent: string[] = []
  const session = new Session({
    context: {
      clock,
      tell: ({ name }: { readonly name: string }) => told.push(name),
      database: { scripts: undefined, noteScript() {} },
    },
    onListenerError() {},
  } as never)
  const send = (words: readonly unknown[]): Promise<unknown> => {
    sent.push(words.join(' '))
    return answers(String(words[1])) ? Promise.resolve('OK') : new Promise(() => {})
  }
  // All that a session asks of a connection before it takes over.
  const connection = { send, isReady: true, isReserved: false } as Partial<Connection> as Connection
  return { clock, session, connection, sent, told }
}

it('a connection is set up with what the application has set, and is waited for', async () => {
  const { session, connection, sent } = start(() => true)
  session.note(['CLIENT', 'SETNAME', 'worker'])
  await session.prepare(connection)
  expect(sent).toEqual(['CLIENT SETNAME worker'])
})

it('a server that leaves one of these commands without an answer is waited for 2 s', async () => {
  const { clock, session, connection, told } = start(name => name !== 'NO-EVICT')
  session.note(['CLIENT', 'SETNAME', 'worker'])
  session.note(['CLIENT', 'NO-EVICT', 'ON'])
  let isReady = false
  const prepared = session.prepare(connection).then(() => {
    isReady = true
  })
  clock.advanceBy(1_999)
  await clock.settle()
  expect(isReady).toBe(false)
  clock.advanceBy(1)
  await prepared
  expect(told).toEqual([])
})

it('subscriptions count as not restored until the server has confirmed them, though commands are served before', async () => {
  const { clock, session, connection } = start(() => true)
  const confirmed = createDeferred<void>()
  const physical = { subscribe: () => confirmed.promise } as unknown as Connection['physical']
  const subscriber = { ...connection, physical } as Connection
  session.subscriptions.add({ kind: 'CHANNELS', keys: ['news'], listener: () => {}, form: 'strings' })
  session.subscriptions.expect(subscriber, undefined)
  const prepared = session.prepare(subscriber)
  clock.advanceBy(2_000)
  await prepared
  const restoring = session.subscriptions.restoringOn(subscriber)
  expect(restoring).toBeDefined()
  confirmed.resolve()
  await restoring
  expect(session.subscriptions.restoringOn(subscriber)).toBeUndefined()
})
