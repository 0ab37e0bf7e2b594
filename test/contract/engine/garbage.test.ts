import { describe, expect, it } from 'vitest'
import { isHitlessError } from '../../../src/base/errors.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { bulk, plainAnswer, startScripted } from '../../support/scripted-server.js'

/** What is no answer, by what sends it. The `?` of a streamed string is read as a length by hosts that do not look. */
const GARBAGE: readonly { readonly title: string; readonly bytes: string | Buffer }[] = [
  { title: 'the answer of a load balancer', bytes: 'HTTP/1.1 503 Service Unavailable\r\n\r\n' },
  { title: 'a TLS alert', bytes: Buffer.from('15030300020228', 'hex') },
  { title: 'the banner of another service', bytes: 'SSH-2.0-OpenSSH_9.6\r\n' },
  { title: 'a streamed string', bytes: '$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n' },
  { title: 'a length that is no number', bytes: '*twelve\r\n' },
  { title: 'a length beyond everything', bytes: '$99999999999\r\n' },
  { title: 'a string longer than its length', bytes: '$2\r\nabc\r\n' },
  { title: 'a type inside an array that does not exist', bytes: '*1\r\n&1\r\n' },
  { title: 'a number that does not end', bytes: `:${'1'.repeat(5_000)}` },
  { title: 'a line without its carriage return', bytes: '+OK\n' },
]

describeHosts('bytes that are no RESP', ({ connect }) => {
  const reconnects = { reconnect: () => 1 }
  const codeOf = (error: unknown): unknown => isHitlessError(error) && error.code

  describe.each(GARBAGE)('$title', ({ bytes }) => {
    it('end the connection between two answers, and no caller gets what stands behind', async () => {
      let garbage: string | Buffer | undefined = bytes
      const server = await startScripted({
        answer: words => {
          if (words[0] !== 'GET' || words[1] !== 'k50' || garbage === undefined) return plainAnswer(words)
          const answer = Buffer.concat([Buffer.from(garbage), Buffer.from(bulk('of k50'))])
          garbage = undefined
          return answer
        },
      })
      const client = await connect(undefined, { ...server.endpoint, ...reconnects })
      const keys = Array.from({ length: 100 }, (_, index) => `k${index}`)
      const answers = await Promise.allSettled(keys.map(key => client.command(['GET', key])))
      const wrong = answers.filter((answer, at) => answer.status === 'fulfilled' && answer.value !== `of k${at}`)
      expect(wrong).toEqual([])
      expect(answers.slice(0, 50).every(({ status }) => status === 'fulfilled')).toBe(true)
      expect(await client.command(['GET', 'later'])).toBe('of later')
      expect(server.dials).toBe(2)
      await expect.poll(() => server.open).toBe(1)
    })

    it('fail the attempt at once where they answer the handshake', async () => {
      const told: unknown[] = []
      const server = await startScripted({
        answer: (words, dial) => (dial > 1 ? plainAnswer(words) : words[0] === 'HELLO' ? bytes : undefined),
      })
      const reconnect = (_: number, cause: unknown): number => {
        told.push(codeOf(cause))
        return 1
      }
      const client = await connect(undefined, { ...server.endpoint, reconnect })
      expect(told).toEqual([expect.stringMatching(/^WIRE_/)])
      expect(await client.command(['GET', 'x'])).toBe('of x')
      await expect.poll(() => server.open).toBe(1)
    })
  })

  it('fail a command in flight like a broken connection, with a code', async () => {
    const server = await startScripted({ answer: words => (words[0] === 'INCR' ? 'garbage' : plainAnswer(words)) })
    const client = await connect(undefined, { ...server.endpoint, ...reconnects })
    const error = await client.command(['INCR', 'counter']).catch((thrown: unknown) => thrown)
    expect(codeOf(error)).toBe('WIRE_PROTOCOL')
    expect(await client.command(['GET', 'x'])).toBe('of x')
  })

  it('are told once, and the client is not ended by them', async () => {
    const server = await startScripted({ answer: words => (words[0] === 'INCR' ? 'garbage' : plainAnswer(words)) })
    const client = await connect(undefined, { ...server.endpoint, ...reconnects })
    await client.command(['INCR', 'counter']).catch(() => {})
    await expect.poll(() => client.events).toEqual(['connected', 'failed', 'reconnecting', 'connected'])
  })

  it('do no harm to frames that are cut anywhere', async () => {
    const server = await startScripted({ answer: plainAnswer })
    const client = await connect(undefined, server.endpoint)
    const keys = Array.from({ length: 50 }, (_, index) => 'x'.repeat(index * 5_000))
    const answers = await Promise.all(keys.map(key => client.command(['GET', key])))
    expect(answers.every((answer, at) => answer === `of ${keys[at]}`)).toBe(true)
    expect(server.dials).toBe(1)
  })

  it('one answer too many belongs to nobody', async () => {
    let isTwice = true
    const server = await startScripted({
      answer: words => {
        if (words[0] !== 'GET' || !isTwice) return plainAnswer(words)
        isTwice = false
        return bulk('first') + bulk('second')
      },
    })
    const client = await connect(undefined, { ...server.endpoint, ...reconnects })
    expect(await client.command(['GET', 'x'])).toBe('first')
    await expect.poll(() => server.dials).toBe(2)
    expect(await client.command(['GET', 'y'])).toBe('of y')
  })
})
