import { expect, onTestFinished } from 'vitest'
import { createSimulator, type SimNode, type SimulatorOptions } from '../../src/simulator/index.js'

/** Two nodes of one database, which end with the test. */
export async function startTwoNodes(backend?: SimulatorOptions['backend']): Promise<readonly [SimNode, SimNode]> {
  const simulator = await createSimulator({ nodes: 2, ...(backend !== undefined && { backend }) })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes as unknown as [SimNode, SimNode]
}

/** Tells the connections of a node to move to another one, and does something again and again until they have. Says how often. */
export async function moveDuring(
  [from, to]: readonly [SimNode, SimNode],
  work: (round: number) => Promise<unknown> | unknown,
): Promise<number> {
  const moving = from.connections().length
  expect(moving).toBeGreaterThan(0)
  let rounds = 0
  const next = async (): Promise<void> => {
    await work(rounds)
    rounds += 1
    await new Promise(resolve => {
      setImmediate(resolve)
    })
  }
  while (rounds < ROUNDS) await next()
  await from.notify({ type: 'moving', graceMs: 10_000, endpoint: to })
  while (from.connections().length > 0) await next()
  for (const until = rounds + ROUNDS; rounds < until; ) await next()
  expect(to.connections().length).toBe(moving)
  return rounds
}

/** How often it is done before the move, and afterwards. */
const ROUNDS = 20
