import { createRequire } from 'node:module'
import { RESP_TYPES, VerbatimString } from '@redis/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RespDecoder } from '../../src/wire/decode/decoder.js'
import { encodeValue } from '../../src/wire/encoder.js'
import { RespError, RespPush, type RespValue, RespVerbatim } from '../../src/wire/value.js'
import { createNested } from './wire-values.js'

interface HostDecoderConfig {
  readonly onReply: (reply: unknown) => void
  readonly onErrorReply: (error: Error) => void
  readonly onPush: (push: readonly unknown[]) => void
  readonly getTypeMapping: () => Readonly<Record<number, unknown>>
}

const { Decoder } = createRequire(import.meta.url)('@redis/client/dist/lib/RESP/decoder.js') as {
  Decoder: new (config: HostDecoderConfig) => { write(chunk: Buffer): void }
}

const typeMapping = { [RESP_TYPES.MAP]: Map, [RESP_TYPES.SET]: Set, [RESP_TYPES.VERBATIM_STRING]: VerbatimString }

function readWithHost(bytes: Buffer): readonly unknown[] {
  const values: unknown[] = []
  const decoder = new Decoder({
    onReply: reply => values.push(toOurs(reply)),
    onErrorReply: error => values.push(toOurs(error)),
    onPush: push =>
      values.push(new RespPush(push.map(item => (Buffer.isBuffer(item) ? String(item) : item)) as RespValue[])),
    getTypeMapping: () => typeMapping,
  })
  decoder.write(bytes)
  return values
}

/** The host's values as ours: it has classes of its own for errors and verbatim strings. */
function toOurs(value: unknown): unknown {
  if (value instanceof Error) return new RespError(value.message)
  if (value instanceof VerbatimString) return new RespVerbatim(value.format, value.toString())
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [toOurs(key), toOurs(item)]))
  if (value instanceof Set) return new Set([...value].map(toOurs))
  return Array.isArray(value) ? value.map(toOurs) : value
}

/** The host rounds integers close to 2^53 before it has read them to the end. */
const value = createNested(fc.integer())
const flatPush = fc.array(fc.oneof(fc.string(), fc.nat()), { minLength: 1 }).map(items => new RespPush(items))

describe('the decoder', () => {
  it('reads what the decoder inside @redis/client reads', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(value, flatPush)), values => {
        const bytes = Buffer.concat(values.map(value => encodeValue(value)))
        expect(new RespDecoder().feed(bytes)).toStrictEqual(readWithHost(bytes))
      }),
    )
  })
})
