import { expect, it, onTestFinished } from 'vitest'
import { AuxiliaryConnections, type SendOne } from '../../../../src/engine/connect/auxiliary-connections.js'
import type { Connection } from '../../../../src/engine/session/connection.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

type Auxiliary = { answers: boolean; ended: boolean; readonly asked: string[] }

const NEVER = new Promise<never>(() => {})

function start() {
  const clock = createVirtualClock()
  const auxiliaries: Auxiliary[] = []
  const network = { reachable: true }
  const lines = new AuxiliaryConnections(clock, {
    async withAuxiliary(_, run) {
      if (!network.reachable) return NEVER
      const auxiliary: Auxiliary = { answers: true, ended: false, asked: [] }
      auxiliaries.push(auxiliary)
      try {
        return await run(args => {
          auxiliary.asked.push(args.join(' '))
          return auxiliary.answers ? Promise.resolve('OK') : NEVER
        })
      } finally {
        auxiliary.ended = true
      }
    },
  })
  onTestFinished(() => {
    lines.close()
    expect(clock.pending).toBe(0)
  })
  return { clock, lines, auxiliaries, network }
}

/** All that is asked of a connection here is where it leads. */
const leadingTo = (port: number): Connection =>
  ({ reached: { host: '10.0.0.1', port } }) as Partial<Connection> as Connection

const node = leadingTo(6379)
const ask = (send: SendOne): Promise<unknown> => send(['ASK'])
const KEPT = { keep: true }

it('keeps a line for the next time, and proves it then', async () => {
  const { clock, lines, auxiliaries } = start()
  await lines.use(node, KEPT, ask)
  await clock.settleBy(10_000)
  await lines.use(node, KEPT, ask)
  await clock.settleBy(10_000)
  expect(auxiliaries).toEqual([{ answers: true, ended: false, asked: ['ASK', 'PING', 'ASK'] }])
  await clock.settleBy(5_000)
  expect(auxiliaries[0]?.ended).toBe(true)
})

it('ends a line that nobody will need again', async () => {
  const { clock, lines, auxiliaries } = start()
  await lines.use(node, { keep: false }, ask)
  await clock.settle()
  expect(auxiliaries.map(({ ended }) => ended)).toEqual([true])
  expect(clock.pending).toBe(0)
})

it('has one line per node', async () => {
  const { lines, auxiliaries } = start()
  await lines.use(node, KEPT, ask)
  await lines.use(leadingTo(6380), KEPT, ask)
  expect(auxiliaries.map(({ asked }) => asked)).toEqual([['ASK'], ['ASK']])
})

it('takes a new line where the one that was kept fell silent', async () => {
  const { clock, lines, auxiliaries } = start()
  await lines.use(node, KEPT, ask)
  const [first] = auxiliaries
  if (first !== undefined) first.answers = false
  const used = lines.use(node, KEPT, ask)
  await clock.settleBy(500)
  expect(await used).toBe('OK')
  expect(auxiliaries.map(({ ended }) => ended)).toEqual([true, false])
})

it('fails when an answer takes too long, and when no line can be had', async () => {
  const { clock, lines, auxiliaries, network } = start()
  const mute = lines.use(node, KEPT, send => {
    for (const auxiliary of auxiliaries) auxiliary.answers = false
    return send(['ASK'])
  })
  const failed = expect(mute).rejects.toMatchObject({ code: 'CONNECTION_UNRESPONSIVE' })
  await clock.settleBy(3_000)
  await failed
  network.reachable = false
  const unreachable = expect(lines.use(leadingTo(2), KEPT, ask)).rejects.toMatchObject({
    code: 'CONNECTION_UNRESPONSIVE',
  })
  await clock.settleBy(3_000)
  await unreachable
})

it('is shared by those who use it at the same time, and ends after the last one', async () => {
  const { clock, lines, auxiliaries } = start()
  await lines.use(node, KEPT, ask)
  await Promise.all([lines.use(node, { keep: false }, ask), lines.use(node, { keep: false }, ask)])
  await clock.settle()
  expect(auxiliaries.map(({ ended }) => ended)).toEqual([true])
})

it('closing ends what is kept, and what is in use is not kept', async () => {
  const { clock, lines, auxiliaries } = start()
  await lines.use(node, KEPT, ask)
  await lines.use(leadingTo(6380), KEPT, async send => {
    lines.close()
    await send(['ASK'])
  })
  await clock.settle()
  expect(auxiliaries.map(({ ended }) => ended)).toEqual([true, true])
  expect(clock.pending).toBe(0)
})
