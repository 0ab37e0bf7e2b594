import { type Clients, compareSequences, type Findings, type Workload, type WorkloadMaker } from './workload.js'

const END = 'end'

interface Queue {
  begin?(): Promise<void>
  push(item: string): Promise<unknown>
  /** Resolves with the next items, none after the queue's own timeout. */
  take(): Promise<readonly string[]>
}

function consume(queue: Queue): Workload {
  const sent: string[] = []
  const taken: string[] = []
  let failures = 0
  const run = async (): Promise<void> => {
    while (taken.at(-1) !== END) {
      try {
        taken.push(...(await queue.take()))
      } catch {
        failures += 1
        if (failures > 100) return
      }
    }
  }
  let consumed: Promise<void> | undefined
  return {
    async begin() {
      await queue.begin?.()
      consumed = run()
    },
    async operate() {
      sent.push(String(sent.length))
      await queue.push(String(sent.length - 1))
    },
    async finish(): Promise<Findings> {
      await queue.push(END)
      await consumed
      return { ...compareSequences(sent, taken.slice(0, -1)), failures }
    },
  }
}

/** Takes items from a list with BLPOP. */
export const listQueue: WorkloadMaker = ({ moving, steady }: Clients) =>
  consume({
    push: item => steady.rPush('queue', item),
    take: async () => {
      const item = await moving.blPop('queue', 2)
      return item === null ? [] : [item.element]
    },
  })

/** Takes entries of a stream as a member of a group, with XREADGROUP. */
export const streamGroup: WorkloadMaker = ({ moving, steady }: Clients) =>
  consume({
    begin: async () => {
      await steady.xGroupCreate('stream', 'group', '$', { MKSTREAM: true })
    },
    push: item => steady.xAdd('stream', '*', { item }),
    take: async () => {
      const reply = (await moving.xReadGroup(
        'group',
        'consumer',
        { key: 'stream', id: '>' },
        { BLOCK: 2_000, COUNT: 1 },
      )) as unknown as { messages: { message: { item: string } }[] }[] | null
      return (reply ?? []).flatMap(({ messages }) => messages.map(({ message }) => message.item))
    },
  })
