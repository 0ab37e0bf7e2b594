import { expect, it } from 'vitest'
import { fateUnknownOf, MuteNodes } from '../../../../src/engine/topology/cluster/mute-nodes.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const NODE = { name: 'a' }
const lost = (): Error => fateUnknownOf('INCR')

/** A cluster of which one node hangs until its test says that it woke. */
function createCluster(tells: () => Promise<boolean>, leaves = async (): Promise<void> => {}) {
  const clock = createVirtualClock()
  const log: string[] = []
  let isMute = true
  const nodes = new MuteNodes<typeof NODE>(clock, {
    listMute: () => (isMute ? [NODE] : []),
    isStillMaster: ({ name }): Promise<boolean> => {
      log.push(`asked about ${name}`)
      return tells()
    },
    onMute: () => log.push('mute'),
    onLost: async ({ name }) => {
      log.push(`${name} is lost`)
      await leaves()
    },
  })
  nodes.start()
  const wake = async (): Promise<void> => {
    await clock.settleBy(400)
    isMute = false
  }
  return { nodes, log, clock, wake }
}

it.each([
  ['', async (): Promise<void> => {}],
  [', also where none tells the topology', (): Promise<void> => Promise.reject(new Error('No node answered'))],
])(
  'what a node answers that was mute does not count where another one tells that it is no master%s',
  async (_, leaves) => {
    const { nodes, log, wake } = createCluster(async () => false, leaves)
    await wake()
    const answers = [nodes.confirm(NODE, lost), nodes.confirm(NODE, lost)]
    for (const answer of answers)
      await expect(answer).rejects.toMatchObject({ code: 'FATE_UNKNOWN', facts: { command: 'INCR' } })
    expect(log).toEqual(['mute', 'asked about a', 'a is lost', 'a is lost'])
  },
)

it.each([
  ['says that it is a master still', async (): Promise<boolean> => true],
  ['cannot be asked', (): Promise<boolean> => Promise.reject(new Error('No node answered'))],
] as const)('what a node answers that was mute counts where another one %s', async (_, tells) => {
  const { nodes, log, wake } = createCluster(tells)
  await wake()
  await nodes.confirm(NODE, lost)
  expect(nodes.confirm(NODE, lost)).toBeUndefined()
  expect(log).toEqual(['mute', 'asked about a'])
})

it('a node that was never mute is asked about nowhere', () => {
  expect(createCluster(async () => false).nodes.confirm(NODE, lost)).toBeUndefined()
})

it('nodes are watched until that is ended', async () => {
  const { nodes, log, clock } = createCluster(async () => false)
  await clock.settleBy(600)
  nodes.stop()
  await clock.settleBy(5_000)
  expect(log).toEqual(['mute', 'mute'])
})
