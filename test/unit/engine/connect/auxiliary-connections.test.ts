import { expect, it, onTestFinished } from 'vitest'
import type { ConnectionGeneration } from '../../../../src/adapters/node-redis/generation.js'
import { type SendOne, SideLines } from '../../../../src/engine/connect/auxiliary-connections.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

type Sibling = { answers: boolean; ended: boolean; readonly asked: string[] }

const NEVER = new Promise<never>(() => {})

function start() {
  const clock = createVirtualClock()
  const siblings: Sibling[] = []
  const network = { reachable: true }
  const lines = new SideLines(clock, async (_, run) => {
    if (!network.reachable) return NEVER
    const sibling: Sibling = { answers: true, ended: false, asked: [] }
    siblings.push(sibling)
    try {
      return await run(args => {
        sibling.asked.push(args.join(' '))
        return sibling.answers ? Promise.resolve('OK') : NEVER
      })
    } finally {
      sibling.ended = true
    }
  })
  onTestFinished(() => {
    lines.close()
    expect(clock.pending).toBe(0)
  })
  return { clock, lines, siblings, network }
}

/** All that is asked of a connection here is where it leads. */
const leadingTo = (port: number): ConnectionGeneration =>
  ({ peer: { host: '10.0.0.1', port } }) as Partial<ConnectionGeneration> as ConnectionGeneration

const node = leadingTo(6379)
const ask = (send: SendOne): Promise<unknown> => send(['ASK'])
const KEPT = { keep: true }

it('keeps a line for the next time, and proves it then', async () => {
  const { clock, lines, siblings } = start()
  await lines.use(node, KEPT, ask)
  await clock.settleBy(10_000)
  await lines.use(node, KEPT, ask)
  await clock.settleBy(10_000)
  expect(siblings).toEqual([{ answers: true, ended: false, asked: ['ASK', 'PING', 'ASK'] }])
  await clock.settleBy(5_000)
  expect(siblings[0]?.ended).toBe(true)
})

it('ends a line that nobody will need again', async () => {
  const { clock, lines, siblings } = start()
  await lines.use(node, { keep: false }, ask)
  await clock.settle()
  expect(siblings.map(({ ended }) => ended)).toEqual([true])
  expect(clock.pending).toBe(0)
})

it('has one line per node', async () => {
  const { lines, siblings } = start()
  await lines.use(node, KEPT, ask)
  await lines.use(leadingTo(6380), KEPT, ask)
  expect(siblings.map(({ asked }) => asked)).toEqual([['ASK'], ['ASK']])
})

it('takes a new line where the one that was kept fell silent', async () => {
  const { clock, lines, siblings } = start()
  await lines.use(node, KEPT, ask)
  const [first] = siblings
  if (first !== undefined) first.answers = false
  const used = lines.use(node, KEPT, ask)
  await clock.settleBy(500)
  expect(await used).toBe('OK')
  expect(siblings.map(({ ended }) => ended)).toEqual([true, false])
})

it('fails when an answer takes too long, and when no line can be had', async () => {
  const { clock, lines, siblings, network } = start()
  const mute = lines.use(node, KEPT, send => {
    for (const sibling of siblings) sibling.answers = false
    return send(['ASK'])
  })
  const failed = expect(mute).rejects.toMatchObject({ code: 'CONNECTION_SILENT' })
  await clock.settleBy(3_000)
  await failed
  network.reachable = false
  const unreachable = expect(lines.use(leadingTo(2), KEPT, ask)).rejects.toMatchObject({ code: 'CONNECTION_SILENT' })
  await clock.settleBy(3_000)
  await unreachable
})

it('is shared by those who use it at the same time, and ends after the last one', async () => {
  const { clock, lines, siblings } = start()
  await lines.use(node, KEPT, ask)
  await Promise.all([lines.use(node, { keep: false }, ask), lines.use(node, { keep: false }, ask)])
  await clock.settle()
  expect(siblings.map(({ ended }) => ended)).toEqual([true])
})

it('closing ends what is kept, and what is in use is not kept', async () => {
  const { clock, lines, siblings } = start()
  await lines.use(node, KEPT, ask)
  await lines.use(leadingTo(6380), KEPT, async send => {
    lines.close()
    await send(['ASK'])
  })
  await clock.settle()
  expect(siblings.map(({ ended }) => ended)).toEqual([true, true])
  expect(clock.pending).toBe(0)
})
