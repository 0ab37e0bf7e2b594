import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DecoderOptions, RespDecoder } from '../../src/wire/decode/decoder.js'
import { encodeValue } from '../../src/wire/encoder.js'
import { PushTap } from '../../src/wire/push-tap.js'
import { FrameScanner } from '../../src/wire/skip/frame-scanner.js'
import { RespAttributed, RespError, RespPush, type RespValue, RespVerbatim } from '../../src/wire/value.js'
import { cut, cuts, stream } from './wire-values.js'

interface Outcome {
  readonly values: readonly unknown[]
  readonly failure: { readonly code: string; readonly facts: unknown } | undefined
}

interface Reader {
  feed(chunk: Uint8Array): readonly unknown[]
}

const NOTHING = new Uint8Array(0)

function readAll(reader: Reader, chunks: readonly Buffer[]): Outcome {
  const values: unknown[] = []
  try {
    for (const chunk of [...chunks, NOTHING]) values.push(...reader.feed(chunk))
  } catch (error) {
    const { code, facts } = error as { code: string; facts: unknown }
    expect(error).toMatchObject({ name: 'HitlessError' })
    return { values, failure: { code, facts } }
  }
  return { values, failure: undefined }
}

function encodeAll(values: readonly RespValue[]): Buffer {
  return Buffer.concat(values.map(value => encodeValue(value)))
}

function bytesOf(buffer: Buffer): Buffer[] {
  return [...buffer].map(byte => Buffer.of(byte))
}

function toResp2(value: RespValue): RespValue {
  if (value instanceof RespAttributed) return toResp2(value.value)
  if (value instanceof RespPush) return value.items.map(toResp2)
  if (value instanceof RespError) return new RespError(value.message.replaceAll(/[\r\n]+/g, ' '))
  if (value instanceof Map) return [...value].flat().map(toResp2)
  if (value instanceof Set) return [...value].map(toResp2)
  if (Array.isArray(value)) return value.map(toResp2)
  return toResp2Scalar(value)
}

function toResp2Scalar(value: RespValue): RespValue {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number' && Object.is(value, -0)) return '-0'
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return printDouble(value)
  return typeof value === 'bigint' || value instanceof RespVerbatim ? String(value) : value
}

function printDouble(value: number): string {
  return String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
}

/** Mostly the characters that RESP is made of, so that the junk gets past the first byte. */
const junk: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
  fc
    .string({ unit: fc.constantFrom(...'$*>%~|=!:+-_#,(;.?0123459tfinae\r\n'), maxLength: 80 })
    .map(s => Buffer.from(s)),
  fc
    .array(
      fc.constantFrom(
        '$1\r\n',
        '*2\r\n',
        '>1\r\n',
        '%1\r\n',
        '|1\r\n',
        ':1\r\n',
        '_\r\n',
        'a\r\n',
        '+x\r\n',
        '\n',
        '$',
      ),
    )
    .map(tokens => Buffer.from(tokens.join(''))),
  fc.tuple(stream, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([values, at, byte]) => {
    const bytes = encodeAll(values)
    if (bytes.length > 0) bytes[at % bytes.length] = byte
    return bytes
  }),
)

const modes: readonly DecoderOptions[] = [
  {},
  { attributes: 'keep' },
  { strings: 'buffer' },
  { limits: { maxDepth: 2, maxElements: 3, maxBlobBytes: 8 } },
]

describe('the decoder', () => {
  it('reads back what the encoder wrote', () => {
    fc.assert(
      fc.property(stream, values => {
        const decoder = new RespDecoder({ attributes: 'keep' })
        expect(decoder.feed(encodeAll(values))).toStrictEqual(values)
      }),
    )
  })

  it('reads what the encoder wrote for RESP2 as the nearest value that RESP2 has', () => {
    fc.assert(
      fc.property(stream, values => {
        const bytes = Buffer.concat(values.map(value => encodeValue(value, 2)))
        expect(new RespDecoder().feed(bytes)).toStrictEqual(values.map(toResp2))
      }),
    )
  })

  it('gives the same values and the same error however valid or broken bytes are cut', () => {
    fc.assert(
      fc.property(junk, cuts, fc.constantFrom(...modes), (bytes, at, options) => {
        const whole = readAll(new RespDecoder(options), [bytes])
        expect(readAll(new RespDecoder(options), cut(bytes, at))).toStrictEqual(whole)
        expect(readAll(new RespDecoder(options), bytesOf(bytes))).toStrictEqual(whole)
      }),
    )
  })
})

describe('the push tap', () => {
  it('reports the pushes that the decoder reports, and counts the rest', () => {
    fc.assert(
      fc.property(stream, cuts, (values, at) => {
        const tap = new PushTap()
        const chunks = cut(encodeAll(values), at)
        const decoded = readAll(new RespDecoder(), chunks).values
        const pushes = decoded.filter(value => value instanceof RespPush)
        expect(readAll(tap, chunks)).toStrictEqual({ values: pushes, failure: undefined })
        expect(tap.replies).toBe(decoded.length - pushes.length)
        expect(tap.atBoundary).toBe(true)
      }),
    )
  })

  it('gives the same pushes and the same error however valid or broken bytes are cut', () => {
    fc.assert(
      fc.property(junk, cuts, (bytes, at) => {
        const whole = readAll(new PushTap(), [bytes])
        expect(readAll(new PushTap(), cut(bytes, at))).toStrictEqual(whole)
        expect(readAll(new PushTap(), bytesOf(bytes))).toStrictEqual(whole)
      }),
    )
  })
})

describe('bytes that the decoder accepts', () => {
  it('are accepted by the tap and the scanner, with the same pushes and as many replies', () => {
    fc.assert(
      fc.property(junk, cuts, (bytes, at) => {
        const { values, failure } = readAll(new RespDecoder(), [bytes])
        fc.pre(failure === undefined)
        const chunks = cut(bytes, at)
        const tap = new PushTap()
        const scanner = new FrameScanner()
        const pushes = values.filter(value => value instanceof RespPush)
        expect(readAll(tap, chunks)).toStrictEqual({ values: pushes, failure })
        for (const chunk of chunks) scanner.feed(chunk)
        expect([tap.replies, scanner.frames]).toStrictEqual([values.length - pushes.length, values.length])
        expect(scanner.atBoundary).toBe(tap.atBoundary)
      }),
    )
  })
})

describe('the frame scanner', () => {
  it('finds the end of each frame', () => {
    fc.assert(
      fc.property(stream, values => {
        const scanner = new FrameScanner()
        const bytes = encodeAll(values)
        const found = bytesOf(bytes).flatMap((byte, index) => (scanner.feed(byte) === 0 ? [] : [index + 1]))
        let end = 0
        expect(found).toStrictEqual(values.map(value => (end += encodeValue(value).length)))
        expect(new FrameScanner().feed(bytes)).toBe(end)
      }),
    )
  })
})
