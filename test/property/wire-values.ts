import fc from 'fast-check'
import { RespAttributed, RespError, RespPush, type RespValue, RespVerbatim } from '../../src/wire/value.js'

const text = fc.string({ unit: 'grapheme', maxLength: 30 })

function createScalar(integer: fc.Arbitrary<number>): fc.Arbitrary<RespValue> {
  return fc.oneof(
    fc.constant(null),
    fc.boolean(),
    integer,
    fc.double(),
    fc.bigInt(),
    text,
    text.map(message => new RespError(message)),
    fc.tuple(fc.constantFrom('txt', 'mkd'), text).map(([format, content]) => new RespVerbatim(format, content)),
  )
}

const scalar: fc.Arbitrary<RespValue> = createScalar(fc.maxSafeInteger())

/** Keys that JavaScript tells apart by content: only such maps and sets have one form on the wire. */
const key: fc.Arbitrary<RespValue> = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt())

function toPairs(value: fc.Arbitrary<RespValue>): fc.Arbitrary<Map<RespValue, RespValue>> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map(pairs => new Map(pairs))
}

/** Any value without a push in it, with such integers. */
export function createNested(integer: fc.Arbitrary<number>): fc.Arbitrary<RespValue> {
  return fc.letrec<{ value: RespValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      createScalar(integer),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(key, { maxLength: 5 }).map(keys => new Set(keys)),
      toPairs(tie('value')),
    ),
  })).value
}

/** Any value without a push in it. */
const nested: fc.Arbitrary<RespValue> = createNested(fc.maxSafeInteger())

/** Any value without a push in it, attributes included. */
const attributed: fc.Arbitrary<RespValue> = fc.letrec<{ value: RespValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    toPairs(tie('value')),
    fc.tuple(toPairs(scalar), tie('value')).map(([attributes, value]) => new RespAttributed(attributes, value)),
  ),
})).value

/** Any push. */
const push: fc.Arbitrary<RespPush> = fc
  .array(fc.oneof({ weight: 3, arbitrary: text }, nested), { maxLength: 5 })
  .map(items => new RespPush(items))

/** What a server may send on one connection. */
export const stream: fc.Arbitrary<RespValue[]> = fc.array(
  fc.oneof({ weight: 2, arbitrary: attributed }, nested, push),
  { maxLength: 8 },
)

/** Places to cut a stream, as shares of its length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

/** The bytes cut at these places. */
export function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = at.map(share => Math.floor(share * bytes.length)).sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}
