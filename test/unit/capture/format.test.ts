import { describe, expect, it } from 'vitest'
import { printCaptureEntry, printHeader } from '../../../src/capture/format/print-capture.js'
import { type CaptureEntry, readCapture, readEntries } from '../../../src/capture/index.js'

const HEADER = { version: 1, startedAt: 1_790_000_000_000, by: 'redis-hitless 0.1.0', what: 'a test', redacted: false }
const FIRST = printHeader(HEADER)

const ENTRIES: readonly CaptureEntry[] = [
  { type: 'opened', at: 0, connection: 1, server: '127.0.0.1:6379' },
  { type: 'data', at: 0.25, connection: 1, from: 'client', bytes: Buffer.from('*1\r\n$4\r\nPING\r\n') },
  { type: 'data', at: 1, connection: 1, from: 'server', bytes: Buffer.from([0, 255, 13, 10]) },
  { type: 'omitted', at: 2, connection: 1, from: 'server', count: 9, reason: 'too-long' },
  { type: 'event', at: 3, name: 'handoff:completed', payload: { durationMs: 4 } },
  { type: 'step', at: 3, link: 7, step: 'fence', id: 2, waiting: 0 },
  { type: 'step', at: 3, link: 7, step: 'pause-commands', waiting: 4 },
  { type: 'opened', at: 3.5, connection: 2, server: '127.0.0.1:6380', link: 7, id: 2 },
  { type: 'closed', at: 4, connection: 1, by: 'server' },
  { type: 'closed', at: 4, connection: 2 },
]

function textOf(...lines: readonly string[]): readonly string[] {
  return lines.map(line => `${line}\n`)
}

describe('a capture', () => {
  it('is read as it was written', async () => {
    const text = textOf(FIRST, ...ENTRIES.map(printCaptureEntry)).join('')
    expect(await readCapture([text])).toEqual({ header: HEADER, entries: ENTRIES })
  })

  it('is read the same whatever the pieces of the file are', async () => {
    const text = Buffer.from(textOf(FIRST, ...ENTRIES.map(printCaptureEntry)).join(''))
    const pieces = Array.from(text, byte => Uint8Array.of(byte))
    expect((await readCapture(pieces)).entries).toEqual(ENTRIES)
  })

  it('shows bytes that a person can read as text, and others in base64', () => {
    const [, request, answer] = ENTRIES.map(printCaptureEntry)
    expect(request).toBe(
      String.raw`{"at":0.25,"type":"data","connection":1,"from":"client","text":"*1\r\n$4\r\nPING\r\n"}`,
    )
    expect(answer).toBe('{"at":1,"type":"data","connection":1,"from":"server","base64":"AP8NCg=="}')
  })

  it('may hold entries of types that came later, which are left out', async () => {
    const later = '{"at":1,"type":"measured","connection":1,"cpu":3}'
    expect((await readCapture(textOf(FIRST, later))).entries).toEqual([])
  })

  it.each([
    ['an empty file', [], 'header', 1],
    ['another file', textOf('{"name":"redis-hitless"}'), 'header', 1],
    ['no JSON at the start', textOf('REDIS0011'), 'json', 1],
    ['a version that came later', textOf(FIRST.replace('"version":1', '"version":2')), 'version', 1],
    ['no version', textOf(FIRST.replace('"version":1', '"version":"1"')), 'version', 1],
    ['no time of the start', textOf(FIRST.replace('2026', 'abcd')), 'header', 1],
    ['a line of junk', textOf(FIRST, 'junk'), 'json', 2],
    ['a list', textOf(FIRST, '[]'), 'entry', 2],
    ['no time', textOf(FIRST, '{"type":"closed","connection":1}'), 'entry', 2],
    ['a time before the start', textOf(FIRST, '{"at":-1,"type":"closed","connection":1}'), 'entry', 2],
    ['no connection', textOf(FIRST, '{"at":1,"type":"closed","connection":0}'), 'entry', 2],
    ['no bytes', textOf(FIRST, '{"at":1,"type":"data","connection":1,"from":"server"}'), 'entry', 2],
    ['no base64', textOf(FIRST, '{"at":1,"type":"data","connection":1,"from":"server","base64":"?"}'), 'entry', 2],
    ['nobody who sent it', textOf(FIRST, '{"at":1,"type":"data","connection":1,"text":""}'), 'entry', 2],
    ['nothing omitted', textOf(FIRST, '{"at":1,"type":"omitted","connection":1,"from":"server"}'), 'entry', 2],
    ['an event without a name', textOf(FIRST, '{"at":1,"type":"event"}'), 'entry', 2],
    ['a last line without its end', [`${FIRST}\n`, '{"at":1,"type":"clo'], 'truncated', 2],
  ])('with %s is refused with the line', async (_, pieces, kind, line) => {
    await expect(readCapture(pieces)).rejects.toMatchObject({ code: 'CAPTURE_INVALID', facts: { kind, line } })
  })

  it('is refused where a line, or all of it, is too long', async () => {
    const long = printCaptureEntry({
      type: 'data',
      at: 0,
      connection: 1,
      from: 'client',
      bytes: Buffer.alloc(500, 'x'),
    })
    const facts = { kind: 'too-long', line: 2 }
    await expect(readCapture([`${FIRST}\n`, long], { maxLineLength: 400 })).rejects.toMatchObject({ facts })
    await expect(readCapture(textOf(FIRST, long), { maxBytes: 400 })).rejects.toMatchObject({ facts })
  })

  it('that was cut off gives all that stands before the cut', async () => {
    const read: unknown[] = []
    const reading = async (): Promise<void> => {
      for await (const item of readEntries([...textOf(FIRST, ...ENTRIES.map(printCaptureEntry)), '{"at":']))
        read.push(item)
    }
    await expect(reading()).rejects.toMatchObject({ facts: { kind: 'truncated', line: ENTRIES.length + 2 } })
    expect(read).toEqual([HEADER, ...ENTRIES])
  })
})
