import { expect, it } from 'vitest'
import type { OwnedRange } from '../../../../src/core/slots/owned-ranges.js'
import { isStillMaster } from '../../../../src/engine/topology/cluster/still-master.js'

const DOUBTED = { place: 'a:1', slot: 5 }

/** Asks about a node. `others` are what the nodes tell, the first one for any; the others are asked by their place. */
async function ask(any: readonly OwnedRange[], others: Readonly<Record<string, readonly OwnedRange[]>> = {}) {
  const log: string[] = []
  const at = async (place: string): Promise<readonly OwnedRange[]> => {
    log.push(place)
    const told = others[place]
    if (told === undefined) throw new Error('No answer in time')
    return told
  }
  return { counts: await isStillMaster(DOUBTED, { other: async () => any, at }), log }
}

const owned = (node: string): readonly OwnedRange[] => [
  { from: 0, to: 9, node },
  { from: 10, to: 19, node: 'b:1' },
]

it('a node that another one names as a master is one', async () => {
  expect(await ask(owned('a:1'))).toEqual({ counts: true, log: [] })
})

it('a node that its successor denies as well is a master no more', async () => {
  expect(await ask(owned('c:1'), { 'c:1': owned('c:1') })).toEqual({ counts: false, log: ['c:1'] })
})

it('a node is a master still where the one that is named instead says so: who named it knew less', async () => {
  expect(await ask(owned('c:1'), { 'c:1': owned('a:1') })).toEqual({ counts: true, log: ['c:1'] })
})

it('the first answer counts where the one that is named instead says nothing', async () => {
  expect(await ask(owned('c:1'))).toEqual({ counts: false, log: ['c:1'] })
})

it('nobody else is asked where nobody is named instead', async () => {
  expect(await ask([{ from: 10, to: 19, node: 'b:1' }])).toEqual({ counts: false, log: [] })
})

it('rejects where no other node answers', async () => {
  const silent = (): Promise<never> => Promise.reject(new Error('No node answered'))
  await expect(isStillMaster(DOUBTED, { other: silent, at: silent })).rejects.toThrow('No node answered')
})
