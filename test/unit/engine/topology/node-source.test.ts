import { expect, it } from 'vitest'
import { NodeSource } from '../../../../src/engine/topology/cluster/node-source.js'

const FIRST = { host: '10.0.0.1', port: 1 }
const SECOND = { host: '10.0.0.2', port: 1 }

/** The source of a cluster with two masters, and what it says. */
function createSource(): { log: string[]; source: NodeSource } {
  const log: string[] = []
  const nodes = {
    list: () => [FIRST, SECOND],
    choose: ({ host }: typeof FIRST) => void log.push(`chosen ${host}`),
  }
  const listener = {
    onSwitch: ({ host }: typeof FIRST) => void log.push(`switched to ${host}`),
    onAway: () => {},
    verify: async () => true,
  }
  return { log, source: new NodeSource(nodes, listener as never) }
}

it('leads to the node that is chosen, then to the others', async () => {
  const { source } = createSource()
  expect(await source.resolve()).toEqual([FIRST, SECOND])
})

it('chooses the node that was reached, unless it was chosen already', () => {
  const { log, source } = createSource()
  source.confirm(FIRST)
  source.confirm(SECOND)
  expect(log).toEqual(['chosen 10.0.0.2'])
})

it('tells of the next node before the one before is left', () => {
  const { log, source } = createSource()
  source.switchTo(SECOND)
  expect(log).toEqual(['switched to 10.0.0.2'])
})

it('tells why a node cannot carry channels', () => {
  const cause = new Error('refused')
  const { source } = createSource()
  expect(source.unconfirmed(cause)).toBe(cause)
  expect(source.unconfirmed('refused')).toMatchObject({
    message: expect.stringContaining('No master'),
    cause: 'refused',
  })
})
