import { expect, it } from 'vitest'
import { letGo } from '../../../../src/adapters/node-redis/cluster/let-go.js'
import { isUnsent } from '../../../../src/engine/topology/cluster/unsent.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** The client of a node that leaves, and what is done with it. */
function nodeThat({
  isReady = true,
  isHeard = false,
  isRefusing = false,
  owesSince = undefined as number | undefined,
}) {
  const clock = createVirtualClock()
  const log: unknown[] = []
  const client = {
    isOpen: true,
    isReady,
    once: () => client,
    close: async () => {
      log.push(`${clock.now()} closed`)
    },
  }
  const link = {
    current: {},
    monitors: {
      get unansweredMs() {
        return owesSince === undefined ? 0 : clock.now() - owesSince
      },
      doubt: (_: unknown, forMs: number) => log.push(`silent for ${forMs} ms`),
    },
    path: { recovery: { waits: { isWaiting: isRefusing } } },
    connections: { endAll: () => log.push('nothing is waited for') },
    session: { subscriptions: { isActive: isHeard } },
    dispatcher: { close: (error: unknown) => log.push(isUnsent(error) ? 'sent elsewhere' : 'failed') },
  }
  const errors = { destroyed: () => new Error('The client was closed') }
  const destroy = (): unknown => log.push('ended')
  const leaving = { client, link, errors, clock, destroy } as unknown as Parameters<typeof letGo>[0]
  return { clock, log, client, leave: () => letGo(leaving) }
}

it('a client whose node left serves on for a second, as some commands have chosen it already', async () => {
  const { clock, log, leave } = nodeThat({})
  leave()
  await clock.settleBy(999)
  expect(log).toEqual([])
  await clock.settleBy(1)
  expect(log).toEqual([`${clock.now()} closed`])
})

it('one that was ended in the meantime is left alone', async () => {
  const { clock, log, client, leave } = nodeThat({})
  leave()
  client.isOpen = false
  await clock.settleBy(5_000)
  expect(log).toEqual([])
})

it('one whose server owes answers and is silent ends at once, and what was never written goes elsewhere', async () => {
  const { clock, log, leave } = nodeThat({ owesSince: 0 })
  await clock.settleBy(301)
  leave()
  expect(log).toEqual(['silent for 301 ms', 'sent elsewhere', 'ended', 'nothing is waited for'])
})

it('one whose server refuses what it is sent ends at once', () => {
  const { log, leave } = nodeThat({ isRefusing: true })
  leave()
  expect(log).toEqual(['sent elsewhere', 'ended'])
})

it('one without a connection ends at once, and so does one whose subscribers another client has', () => {
  for (const facts of [{ isReady: false }, { isHeard: true }]) {
    const { log, leave } = nodeThat(facts)
    leave()
    expect(log).toEqual(['sent elsewhere', 'ended'])
  }
})
