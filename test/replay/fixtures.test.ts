import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'
import { decodePush } from '../../src/notifications/decode.js'
import { RespDecoder } from '../../src/wire/decoder.js'
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
