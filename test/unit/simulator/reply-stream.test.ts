import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ReplyStream } from '../../../src/simulator/sessions/reply-stream.js'

function open(): { stream: ReplyStream; written: () => string; socket: PassThrough } {
  const socket = new PassThrough()
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  return { stream: new ReplyStream(socket), written: () => Buffer.concat(chunks).toString(), socket }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('the reply stream', () => {
  it('keeps a push back until the reply that has begun is complete', async () => {
    const { stream, written } = open()
    stream.reply(Buffer.from('<re'), false)
    const pushed = stream.push(Buffer.from('<push>'))
    stream.reply(Buffer.from('ply>'), true)
    stream.reply(Buffer.from('<next>'), true)
    expect(await pushed).toBe(true)
    expect(written()).toBe('<reply><push><next>')
  })

  it('keeps everything back, in order, until every reason to hold has ended', async () => {
    const { stream, written } = open()
    stream.hold('a')
    stream.hold('b')
    stream.reply(Buffer.from('<reply>'), true)
    const pushed = stream.push(Buffer.from('<push>'))
    stream.release('a')
    await turn()
    expect(written()).toBe('')
    stream.release('b')
    expect(await pushed).toBe(true)
    expect(written()).toBe('<reply><push>')
  })

  it('reports pushes that the end of the connection prevented', async () => {
    const { stream, socket } = open()
    stream.reply(Buffer.from('<re'), false)
    const waiting = stream.push(Buffer.from('<push>'))
    stream.close()
    expect(await waiting).toBe(false)
    socket.destroy()
    stream.reply(Buffer.from('ply>'), true)
    expect(await stream.push(Buffer.from('<push>'))).toBe(false)
  })
})
