import { expect, it } from 'vitest'
import type { Capability } from '../../../../src/core/events/maint-events.js'
import { Greeter } from '../../../../src/engine/connect/greeting.js'
import type { Context } from '../../../../src/engine/database/context.js'
import { Rights } from '../../../../src/engine/database/rights.js'
import type { Connection } from '../../../../src/engine/session/connection.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

type Conduct = 'silent' | 'hanging-up' | 'answering'

const NEVER = new Promise<never>(() => {})
const OPT_IN = { mode: 'auto', endpointType: 'auto', tls: false } as const

const ANSWERS: Record<Conduct, () => Promise<unknown>> = {
  silent: () => NEVER,
  'hanging-up': () => Promise.reject(new Error('hung up')),
  answering: () => Promise.resolve('OK'),
}

/** Clients of one database, whose connections were made without a question as the server gave no answer. */
function start(conduct: Conduct) {
  const clock = createVirtualClock()
  const server = { conduct, tries: 0 }
  const [rights, log] = [new Rights(), [] as string[]]
  const greetings = {
    broken: Number.POSITIVE_INFINITY,
    cutOff: 0,
    leftOutUntil: Number.NEGATIVE_INFINITY,
    isNextLeftOut: false,
  }
  const context = {
    clock,
    random: () => 0.5,
    host: { classify: () => 'other' },
    tell() {},
    database: { greetings, rightsOf: () => rights },
  } as unknown as Context
  const connect = (name: string) => {
    const connection = { isReady: true, greeting: 'left-out' } as {
      -readonly [Key in keyof Connection]: Connection[Key]
    }
    const onCapability = ({ state }: Capability): void => void log.push(`${name} ${state}`)
    const greeter = new Greeter(
      { context, onCapability },
      {
        withAuxiliary: (_, run) => {
          server.tries += 1
          return run(ANSWERS[server.conduct])
        },
        askAgain: async () => void log.push(`${name} asks`),
      },
      OPT_IN,
    )
    greeter.succeeded(connection as unknown as Connection)
    return { connection, greeter }
  }
  return { clock, server, log, connect }
}

const MINUTE = 60_000

it.each<[Conduct, number]>([
  ['silent', 5],
  ['hanging-up', 1],
])('asks a server that is %s again from time to time, until it answers', async (conduct, tries) => {
  const { clock, server, log, connect } = start(conduct)
  const { connection } = connect('one')
  await clock.settleTo(2 * MINUTE)
  expect([log, server.tries]).toEqual([['one unsupported'], tries])
  server.conduct = 'answering'
  await clock.settleTo(20 * MINUTE)
  expect([log, connection.greeting]).toEqual([['one unsupported', 'one asks'], 'sent'])
  expect(clock.pending).toBe(0)
})

it('asks for each connection that was left out while it was known that the server does not answer', async () => {
  const { clock, server, log, connect } = start('silent')
  connect('one')
  await clock.settleTo(2 * MINUTE)
  connect('two')
  await clock.settleTo(3 * MINUTE)
  expect(log).toEqual(['one unsupported', 'two unsupported'])
  server.conduct = 'answering'
  await clock.settleTo(24 * MINUTE)
  expect(log.slice(2)).toEqual(['one asks', 'two asks'])
})

it('asks nothing more once a connection has ended, or nobody needs it', async () => {
  const { clock, server, connect } = start('silent')
  const [lost, left] = [connect('lost'), connect('left')]
  await clock.settleTo(2 * MINUTE)
  const { tries } = server
  lost.connection.isReady = false
  left.greeter.stop()
  await clock.settleTo(60 * MINUTE)
  expect([server.tries, clock.pending]).toEqual([tries, 0])
})

it.each<[string, (made: ReturnType<ReturnType<typeof start>['connect']>) => unknown]>([
  ['it breaks', ({ connection }) => Object.assign(connection, { isReady: false })],
  ['the client is closed', ({ greeter }) => greeter.stop()],
])('waits for nothing where %s while a question is under way', async (_, end) => {
  const { clock, server, log, connect } = start('hanging-up')
  end(connect('one'))
  await clock.settleTo(1)
  expect([log, server.tries, clock.pending]).toEqual([[], 1, 0])
})
