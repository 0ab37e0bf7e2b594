import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { TurnWriter } from '../../../src/simulator/sessions/turn-writer.js'

/** Tells what reaches the system: one entry for each call, one text for each piece. */
function open(): { readonly writer: TurnWriter; readonly calls: (readonly string[])[]; readonly socket: Writable } {
  const calls: (readonly string[])[] = []
  const socket = new Writable({
    write(chunk, _, done) {
      calls.push([String(chunk)])
      done()
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)))
      done()
    },
  })
  socket.on('error', () => {})
  // All that is used of a socket is its writable side.
  return { writer: new TurnWriter(socket as ConstructorParameters<typeof TurnWriter>[0]), calls, socket }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('the writer of a turn', () => {
  it('sends what is written in one turn as one piece, in order', async () => {
    const { writer, calls } = open()
    const chunk = Buffer.from('<a><b><c>')
    for (const piece of [chunk.subarray(0, 3), chunk.subarray(3, 6), Buffer.from('<x>'), chunk.subarray(6)]) {
      writer.write(piece)
    }
    expect({ calls: [...calls], unread: writer.unread }).toEqual({ calls: [], unread: 12 })
    await turn()
    writer.write(Buffer.from('<next>'))
    await turn()
    expect({ calls, unread: writer.unread }).toEqual({ calls: [['<a><b><x><c>'], ['<next>']], unread: 0 })
  })

  it('copies no large pieces, and hands them over by one call', async () => {
    const { writer, calls } = open()
    const [large, small] = ['x'.repeat(70_000), 'y']
    writer.write(Buffer.from(large))
    writer.write(Buffer.from(small))
    expect(writer.keepsUp).toBe(false)
    await turn()
    expect(calls).toEqual([[large, small]])
  })

  it('tells each write once it is done, and what came too late', async () => {
    const { writer, socket } = open()
    const told: string[] = []
    writer.write(Buffer.from('a'), error => told.push(`a ${error?.message ?? 'written'}`))
    writer.write(Buffer.from('b'), error => told.push(`b ${error?.message ?? 'written'}`))
    writer.flush()
    await turn()
    socket.end()
    writer.write(Buffer.from('c'), error => told.push(`c ${error?.message ?? 'written'}`))
    await turn()
    expect(told).toEqual(['a written', 'b written', 'c closed'])
  })
})
