import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { printCaptureEntry, printHeader } from '../../src/capture/format/print-capture.js'
import { NotificationFinder, playCapture, readCapture } from '../../src/capture/index.js'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'
import { decodePush } from '../../src/notifications/decode.js'
import { createVirtualClock } from '../../src/testing/virtual-clock.js'
import { RespDecoder } from '../../src/wire/decode/decoder.js'
import { RespPush, type RespValue } from '../../src/wire/value.js'

const ROOT = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const EXPECTED = '.expected.json'

interface Expectation {
  readonly why: string
  readonly frames?: readonly unknown[]
  readonly result?: unknown
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).map(path => path.replaceAll('\\', '/'))
const captures = namesOf('.resp')
const messages = namesOf('.txt')

test('every fixture has an expectation, and every expectation a fixture', () => {
  expect(namesOf(EXPECTED)).toEqual([...captures, ...messages].sort())
})

test('the fixtures are complete enough to mean something', () => {
  const count = (folder: string): number => [...captures, ...messages].filter(name => name.startsWith(folder)).length
  expect(['captured/', 'shapes/', 'malformed/', 'azure/'].filter(folder => count(folder) < 7)).toEqual([])
  expect(count('captured/')).toBe(7)
  expect(count('malformed/')).toBeGreaterThanOrEqual(25)
})

test('the document names every fixture', () => {
  const document = readFileSync(new URL('../../spec/notifications.md', import.meta.url), 'utf8')
  const unnamed = [...captures, ...messages].filter(name => !document.includes(`\`${name.split('/')[1]}\``))
  expect(unnamed).toEqual([])
})

describe.each(captures)('%s', name => {
  const bytes = readFileSync(`${ROOT}${name}.resp`)
  const expectation = readExpectation(name)

  test('decodes to what is written next to it', () => {
    expect(new RespDecoder().feed(bytes).map(toFrame)).toEqual(expectation.frames)
  })

  test('decodes the same with strings as buffers', () => {
    expect(new RespDecoder({ strings: 'buffer' }).feed(bytes).map(toFrame)).toEqual(expectation.frames)
  })

  test('decodes the same byte by byte', () => {
    const decoder = new RespDecoder()
    const values = Array.from(bytes, byte => decoder.feed(Uint8Array.of(byte))).flat()
    expect(values.map(toFrame)).toEqual(expectation.frames)
  })

  test('ends with its last frame', () => {
    const decoder = new RespDecoder()
    decoder.feed(bytes)
    expect(decoder.feed(Buffer.from('+PONG\r\n'))).toEqual(['PONG'])
  })
})

describe('as a capture, played on a virtual clock', () => {
  const AT = 500
  /** Pushes with the application's own data are none of the notifications of a capture. */
  const isOurs = (frame: unknown): boolean => {
    const { outcome, name = '' } = frame as { readonly outcome?: string; readonly name?: string }
    return (
      outcome !== undefined &&
      !(outcome === 'ignored' && /^(?:[ps]?message|[ps]?(?:un)?subscribe|invalidate)$/.test(name))
    )
  }

  test.each(captures)('%s says the same at its time', async name => {
    const bytes = readFileSync(`${ROOT}${name}.resp`)
    const header = { version: 1, startedAt: 0, by: 'a test', what: name, redacted: true }
    const file = [
      printHeader(header),
      printCaptureEntry({ type: 'opened', at: 0, connection: 1, server: 'redis.example:6379' }),
      printCaptureEntry({ type: 'data', at: AT, connection: 1, from: 'server', bytes }),
    ]
    const { entries } = await readCapture(file.map(line => `${line.trimEnd()}\n`))
    const clock = createVirtualClock()
    const finder = new NotificationFinder(header)
    const heard: unknown[] = []
    const { ended } = playCapture(entries, {
      clock,
      onEntry: entry => heard.push(...finder.feed(entry).map(({ result }) => [clock.now(), toPlainResult(result)])),
    })
    clock.advanceTo(AT)
    await ended
    expect(heard).toEqual((readExpectation(name).frames ?? []).filter(isOurs).map(frame => [AT, frame]))
  })
})

describe.each(messages)('%s', name => {
  const bytes = readFileSync(`${ROOT}${name}.txt`)
  const expectation = readExpectation(name)

  test('decodes to what is written next to it', () => {
    expect(toPlainResult(decodeAzureMessage(bytes.toString(), 0))).toEqual(expectation.result)
  })

  test('decodes the same as a buffer', () => {
    expect(toPlainResult(decodeAzureMessage(bytes, 0))).toEqual(expectation.result)
  })
})

function namesOf(suffix: string): readonly string[] {
  return files
    .filter(path => path.endsWith(suffix))
    .map(path => path.slice(0, -suffix.length))
    .sort()
}

function readExpectation(name: string): Expectation {
  const text = readFileSync(`${ROOT}${name}${EXPECTED}`, 'utf8')
  return JSON.parse(text, (_key, value) => (typeof value?.$bigint === 'string' ? BigInt(value.$bigint) : value))
}

function toFrame(value: RespValue): unknown {
  if (value instanceof RespPush) return toPlainResult(decodePush(value.items, 0))
  return { reply: JSON.parse(JSON.stringify(value, (_key, inner) => bufferToText(inner))) }
}

/** `JSON.stringify` has already asked a buffer for its JSON form when it calls back. */
function bufferToText(value: unknown): unknown {
  const json = value as { readonly type?: unknown; readonly data?: unknown } | null
  return json?.type === 'Buffer' && Array.isArray(json.data) ? Buffer.from(json.data).toString() : value
}

/** A result without what depends on the clock, and without the copy of the frame. */
function toPlainResult(result: object): unknown {
  const { raw: _raw, notification, ...rest } = result as { raw?: unknown; notification?: Record<string, unknown> }
  if (notification === undefined) return rest
  const { raw: _inner, receivedAt: _at, ...fields } = notification
  return { ...rest, notification: fields }
}
