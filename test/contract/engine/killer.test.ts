import { expect, it } from 'vitest'
import { describeHosts } from '../../support/engine-hosts.js'
import { plainAnswer, startScripted } from '../../support/scripted-server.js'

/** A server that ends each connection on which it is sent `poison`; on the first one it answers no write. */
async function startFragile() {
  const sent: string[] = []
  const server = await startScripted({
    answer: (words, dial) => {
      const [name, key] = words
      if (name !== 'GET' && name !== 'INCR') return plainAnswer(words)
      sent.push(`${name} ${key}`)
      if (key === 'poison') return 'hang-up'
      if (name === 'GET') return plainAnswer(words)
      return dial === 1 ? undefined : ':1\r\n'
    },
  })
  const timesSent = (command: string): number => sent.filter(each => each === command).length
  return { server, timesSent }
}

describeHosts('a command that ends every connection that it is sent on', ({ connect }) => {
  it('is sent twice where it only reads, and takes no write with it that was issued later', async () => {
    const { server, timesSent } = await startFragile()
    const client = await connect(undefined, { ...server.endpoint, reconnect: () => 1 })
    const before = ['a', 'b'].map(key => client.command(['INCR', key]))
    const poison = client.command(['GET', 'poison'])
    const other = client.command(['GET', 'other'])
    const failed = Promise.allSettled([...before, poison])
    await Promise.allSettled(before)
    const behind = ['c', 'd'].map(key => client.command(['INCR', key]))
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await other).toBe('of other')
    expect(await Promise.all(behind)).toEqual([1, 1])
    expect(await client.command(['GET', 'later'])).toBe('of later')
    expect(timesSent('GET poison')).toBe(2)
    expect(['a', 'b', 'c', 'd'].map(key => timesSent(`INCR ${key}`))).toEqual([1, 1, 1, 1])
    expect(server.dials).toBe(3)
  })

  it('is sent once where it writes', async () => {
    const { server, timesSent } = await startFragile()
    const client = await connect(undefined, { ...server.endpoint, reconnect: () => 1 })
    await expect(client.command(['INCR', 'poison'])).rejects.toThrow()
    expect(await client.command(['GET', 'later'])).toBe('of later')
    expect([timesSent('INCR poison'), server.dials]).toEqual([1, 2])
  })
})
