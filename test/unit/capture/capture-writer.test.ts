import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { CaptureWriter, ConnectionRecorder, readCapture } from '../../../src/capture/index.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { encodeCommand } from '../../../src/wire/encoder.js'

describe('a recording', () => {
  it('says where it comes from, and when everything happened', async () => {
    const clock = createVirtualClock()
    const file = new PassThrough()
    const writer = new CaptureWriter(file, { what: 'a test', by: 'redis-hitless 0.1.0', clock })
    const recorder = new ConnectionRecorder(writer, '127.0.0.1:6379')
    clock.advanceTo(20)
    recorder.data('client', encodeCommand(['GET', 'key']))
    clock.advanceTo(30)
    recorder.closed('server')
    recorder.closed('client')
    await writer.end()
    expect(await readCapture(file)).toEqual({
      header: {
        version: 1,
        startedAt: clock.epochMs() - 30,
        by: 'redis-hitless 0.1.0',
        what: 'a test',
        redacted: true,
      },
      entries: [
        { type: 'opened', at: 0, connection: 1, server: '127.0.0.1:6379' },
        { type: 'data', at: 20, connection: 1, from: 'client', bytes: encodeCommand(['GET', 'xxx']) },
        { type: 'closed', at: 30, connection: 1, by: 'server' },
      ],
    })
  })

  it('holds everything where it is told not to redact', async () => {
    const file = new PassThrough()
    const writer = new CaptureWriter(file, { what: 'a test', redact: false })
    new ConnectionRecorder(writer, '127.0.0.1:6379').data('client', Buffer.from('GET sec'))
    await writer.end()
    const { header, entries } = await readCapture(file)
    expect(header.redacted).toBe(false)
    expect(entries[1]).toMatchObject({ bytes: Buffer.from('GET sec') })
  })

  it('ends when its file is full', () => {
    const writer = new CaptureWriter(new PassThrough(), { what: 'a test', redact: false, maxBytes: 400 })
    const recorder = new ConnectionRecorder(writer, '127.0.0.1:6379')
    recorder.data('server', Buffer.alloc(400, 'x'))
    const { written } = writer
    recorder.data('server', Buffer.alloc(400, 'x'))
    expect({ open: writer.open, written: writer.written }).toEqual({ open: false, written })
  })

  it('leaves out what its file takes too slowly, and counts it', async () => {
    const written: string[] = []
    let goOn = (): void => {}
    const file = new Writable({
      write: (chunk, _, done) => {
        written.push(String(chunk))
        goOn = done
      },
    })
    const writer = new CaptureWriter(file, { what: 'a test', redact: false, maxPendingBytes: 300 })
    const recorder = new ConnectionRecorder(writer, '127.0.0.1:6379')
    for (let sent = 0; sent < 5; sent += 1) recorder.data('server', Buffer.alloc(100, 'x'))
    const ended = writer.end()
    for (let at = 0; at < 6; at += 1) {
      goOn()
      await new Promise(resolve => void process.nextTick(resolve))
    }
    await ended
    expect(written.at(-1)).toContain('"omitted","connection":1,"from":"server","count":')
  })

  it('ends with the error of its file', async () => {
    const file = new Writable({ write: (_, __, done) => void done(new Error('disk full')) })
    const writer = new CaptureWriter(file, { what: 'a test' })
    await expect(writer.end()).rejects.toThrow('disk full')
    expect(writer.open).toBe(false)
  })
})
