import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StoreLine } from '../../../src/simulator/backends/store-line.js'
import { toCommand } from '../../../src/simulator/sessions/command.js'
import { COMMANDS } from '../../../src/simulator/store/command-table.js'
import { Store } from '../../../src/simulator/store/store.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { RespDecoder } from '../../../src/wire/decode/decoder.js'
import type { RespValue } from '../../../src/wire/value.js'

/** A client of a store, without sockets: what it says is decoded as it comes. */
function join(store: Store): {
  call: (...words: readonly (string | Buffer)[]) => readonly RespValue[]
  line: StoreLine
} {
  const decoder = new RespDecoder()
  const heard: RespValue[] = []
  const line = new StoreLine(store, {
    receive: bytes => void heard.push(...decoder.feed(bytes)),
    drained: () => {},
    closed: () => {},
  })
  const call = (...words: readonly (string | Buffer)[]): readonly RespValue[] => {
    line.forward(
      toCommand(
        words.map(word => Buffer.from(word)),
        Buffer.alloc(0),
      ),
    )
    return heard.splice(0)
  }
  return { call, line }
}

const names = fc.constantFrom(
  'a',
  'b',
  '1',
  '-1',
  '0',
  '',
  '*',
  '[z-a',
  'ON',
  'GET',
  'ID',
  'BCAST',
  'PREFIX',
  'EX',
  'MATCH',
)
const words = fc.array(fc.oneof(names, fc.string({ maxLength: 4 })), { maxLength: 5 })
const command = fc.tuple(fc.constantFrom(...COMMANDS.keys()), words)

describe('the built-in store', () => {
  it('answers every command with something that decodes, whatever its words are', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), fc.constantFrom('2', '3'), (commands, protocol) => {
        const clock = createVirtualClock()
        const store = new Store(clock)
        const [first, second] = [join(store), join(store)]
        first.call('HELLO', protocol)
        for (const [index, [name, rest]] of commands.entries()) (index % 3 === 0 ? second : first).call(name, ...rest)
        clock.advanceBy(1_000_000)
        first.line.close()
        second.line.close()
        expect(clock.pending).toBe(0)
        expect(store.clients.size).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('lets keys expire', () => {
    const clock = createVirtualClock()
    const { call } = join(new Store(clock))
    call('SET', 'key', 'value', 'PX', '100')
    clock.advanceBy(99)
    expect([call('GET', 'key'), call('PTTL', 'key')]).toEqual([['value'], [1]])
    clock.advanceBy(1)
    expect([call('GET', 'key'), call('DBSIZE')]).toEqual([[null], [0]])
  })

  it('lets a blocked client go when its time is over', () => {
    const clock = createVirtualClock()
    const store = new Store(clock)
    const { call } = join(store)
    expect(call('BLPOP', 'queue', '2.5')).toEqual([])
    clock.advanceBy(2_499)
    expect(call('PING')).toEqual([])
    clock.advanceBy(1)
    expect(call('ECHO', 'behind')).toEqual([null, 'PONG', 'behind'])
  })

  it('does not give an item to a client that left', () => {
    const store = new Store(createVirtualClock())
    const [leaver, other] = [join(store), join(store)]
    leaver.call('BLPOP', 'queue', '0')
    leaver.line.close()
    other.call('RPUSH', 'queue', 'item')
    expect(other.call('LLEN', 'queue')).toEqual([1])
  })

  it('serves blocked clients only after a transaction as a whole', () => {
    const store = new Store(createVirtualClock())
    const [blocked, other] = [join(store), join(store)]
    blocked.call('BLPOP', 'queue', '0')
    other.call('MULTI')
    other.call('RPUSH', 'queue', 'item')
    other.call('DEL', 'queue')
    other.call('EXEC')
    other.call('RPUSH', 'queue', 'later')
    expect(blocked.call('PING').slice(0, 2)).toEqual([['queue', 'later'], 'PONG'])
  })

  it('kills a client, itself among them where it is asked to', () => {
    const store = new Store(createVirtualClock())
    const [killer, victim] = [join(store), join(store)]
    const [id] = victim.call('CLIENT', 'ID')
    expect(killer.call('CLIENT', 'KILL', 'ID', String(id))).toEqual([1])
    expect(store.clients.size).toBe(1)
    const [own] = killer.call('CLIENT', 'ID')
    expect(killer.call('CLIENT', 'KILL', 'ID', String(own))).toEqual([0])
    expect(killer.call('CLIENT', 'KILL', 'ID', String(own), 'SKIPME', 'NO')).toEqual([1])
    expect(store.clients.size).toBe(0)
  })

  it('tells broadcast trackers of the prefixes that they asked for, and leaves out their own changes on request', () => {
    const store = new Store(createVirtualClock())
    const [tracker, other] = [join(store), join(store)]
    tracker.call('HELLO', '3')
    tracker.call('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'user:', 'NOLOOP')
    expect(tracker.call('SET', 'user:1', 'x')).toEqual(['OK'])
    other.call('SET', 'order:1', 'x')
    other.call('SET', 'user:2', 'x')
    expect(tracker.call('PING')).toMatchObject([{ items: ['invalidate', ['user:2']] }, 'PONG'])
  })
})
