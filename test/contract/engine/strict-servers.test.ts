import { expect, it } from 'vitest'
import { describeStore } from '../../support/backends.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { plainAnswer, startScripted } from '../../support/scripted-server.js'

/** Whether a command is one that no host sends by itself. */
type Question = (words: readonly string[]) => boolean

const isOptIn: Question = ([, subject]) => subject === 'MAINT_NOTIFICATIONS'

/** Starts a server that hangs up on some questions, and records what it is asked, by connection. */
async function startStrict(doesNotBear: (words: readonly string[], dial: number) => boolean) {
  const asked: (string | undefined)[][] = []
  const server = await startScripted({
    answer: (words, dial) => {
      asked[dial - 1] = [...(asked[dial - 1] ?? []), words.slice(0, 2).join(' ')]
      return doesNotBear(words, dial) ? 'hang-up' : plainAnswer(words)
    },
  })
  return { server, asked }
}

describeHosts(
  'a server that hangs up on what it does not know',
  ({ connect }) => {
    it.each<[string, Question]>([
      ['PING', ([name]) => name === 'PING'],
      ['HELLO without a version', words => words[0] === 'HELLO' && words.length === 1],
      ['CLIENT INFO', ([name, subject]) => name === 'CLIENT' && subject === 'INFO'],
      ['the wish for notifications', isOptIn],
    ])('serves those who do not ask for it, as they did not ask for %s', async (_, question) => {
      const { server, asked } = await startStrict(question)
      const client = await connect(undefined, server.endpoint)
      expect(await client.command(['GET', 'key'])).toBe('of key')
      const reason = expect.stringContaining('hangs up')
      await expect.poll(() => client.maint.status().capability).toEqual({ state: 'unsupported', reason })
      const other = await connect(undefined, server.endpoint)
      expect(await other.command(['GET', 'key'])).toBe('of key')
      // Asked, not asked, asked once more aside; and the other client nothing.
      await expect.poll(() => [server.dials, server.open]).toEqual([4, 2])
      expect([client.events, other.events]).toEqual([['connected'], ['connected']])
      expect([asked[1], asked[3]].flat()).not.toContain('CLIENT MAINT_NOTIFICATIONS')
    })

    it('is asked once more where it had only been away', async () => {
      const { server, asked } = await startStrict((words, dial) => dial === 1 && isOptIn(words))
      const client = await connect(undefined, server.endpoint)
      await expect.poll(() => asked[1]).toContain('CLIENT MAINT_NOTIFICATIONS')
      expect(await client.command(['GET', 'key'])).toBe('of key')
      await expect.poll(() => [server.dials, server.open]).toEqual([3, 1])
    })

    it.each<[string, Question]>([
      ['PING', ([name]) => name === 'PING'],
      ['CLIENT INFO', ([name, subject]) => name === 'CLIENT' && subject === 'INFO'],
    ])(
      'serves those whose connections break at %s one after the other, though it once answered that',
      async (_, question) => {
        const { server, asked } = await startStrict(
          (words, dial) => words[0] === 'CUT' || (dial > 1 && question(words)),
        )
        const client = await connect(undefined, { ...server.endpoint, reconnect: () => 1 })
        await expect(client.command(['CUT'])).rejects.toThrow()
        await expect.poll(() => client.command(['GET', 'key']).catch(() => undefined)).toBe('of key')
        await expect.poll(() => client.maint.status().capability.state).toBe('unsupported')
        expect(await client.command(['GET', 'key'])).toBe('of key')
        expect(asked.filter(words => words.includes('CUT'))).toHaveLength(1)
        await expect.poll(() => server.open).toBe(1)
      },
    )

    it('is no server for those who want notifications in any case', async () => {
      const { server } = await startStrict(isOptIn)
      const maint = { mode: 'enabled' } as const
      await expect(connect(undefined, { ...server.endpoint, maint, reconnect: () => false })).rejects.toThrow()
      expect(server.dials).toBe(1)
    })
  },
  describeStore,
)
