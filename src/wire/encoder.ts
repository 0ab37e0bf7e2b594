import { FrameSink } from './frame-sink.js'
import { RespAttributed, RespError, RespPush, type RespValue, RespVerbatim } from './value.js'

type Protocol = 2 | 3
type Primitive = null | boolean | number | bigint
type Aggregate = RespPush | readonly RespValue[] | ReadonlySet<RespValue> | ReadonlyMap<RespValue, RespValue>

const LINE_BREAK = /[\r\n]/
const FORMAT_BYTES = 3

/**
 * Encodes a command as clients send it: an array of blob strings.
 *
 * @param args - The command's name and arguments; numbers are sent as decimal text.
 */
export function encodeCommand(args: readonly (string | Buffer | number)[]): Buffer {
  const sink = new FrameSink()
  sink.text(`*${args.length}\r\n`)
  for (const arg of args) sink.blob('$', typeof arg === 'number' ? String(arg) : arg)
  return sink.toBuffer()
}

/**
 * Encodes a simple string, such as `+OK`.
 *
 * @throws RangeError for text with CR or LF, which no simple string can carry.
 */
export function encodeSimple(text: string): Buffer {
  if (LINE_BREAK.test(text)) throw new RangeError('A simple string cannot hold CR or LF')
  return Buffer.from(`+${text}\r\n`)
}

/** Encodes a push frame of these elements: short for `encodeValue(new RespPush(items))`. */
export function pushFrame(items: readonly RespValue[]): Buffer {
  return encodeValue(new RespPush(items))
}

/**
 * Encodes a value as a server sends it. `RespDecoder` reads it back; a `Buffer` as a string, unless told otherwise.
 *
 * RESP2 lacks most types. Under it, maps, sets and pushes become arrays, booleans 1 and 0; doubles, big numbers and
 * verbatim strings become blob strings, attributes are left out, and line breaks in errors become spaces.
 *
 * @param protocol - The version of RESP. Default 3.
 * @throws RangeError for what RESP3 cannot carry: a push inside another value, a verbatim format not of three bytes.
 */
export function encodeValue(value: RespValue, protocol: Protocol = 3): Buffer {
  const writer = new ValueWriter(protocol)
  writer.add(value, true)
  return writer.sink.toBuffer()
}

/** Adds values to a sink, in one version of the protocol. */
class ValueWriter {
  readonly sink = new FrameSink()
  readonly #isResp2: boolean

  constructor(protocol: Protocol) {
    this.#isResp2 = protocol === 2
  }

  add(value: RespValue, isTop: boolean): void {
    if (typeof value === 'string' || Buffer.isBuffer(value)) this.sink.blob('$', value)
    else if (isPrimitive(value)) this.#addPrimitive(value)
    else if (value instanceof RespError) this.#addError(value)
    else if (value instanceof RespVerbatim) this.#addVerbatim(value)
    else if (value instanceof RespAttributed) this.#addAttributed(value, isTop)
    else this.#addAggregate(value, isTop)
  }

  #addPrimitive(value: Primitive): void {
    if (value === null) this.sink.text(this.#isResp2 ? '$-1\r\n' : '_\r\n')
    else if (typeof value === 'boolean') this.sink.text(this.#isResp2 ? `:${Number(value)}\r\n` : printBoolean(value))
    else if (typeof value === 'bigint') this.#addNumber('(', String(value))
    else if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.sink.text(`:${value}\r\n`)
    else this.#addNumber(',', printDouble(value))
  }

  #addNumber(opening: '(' | ',', text: string): void {
    if (this.#isResp2) this.sink.blob('$', text)
    else this.sink.text(`${opening}${text}\r\n`)
  }

  #addError({ message }: RespError): void {
    if (!LINE_BREAK.test(message)) this.sink.text(`-${message}\r\n`)
    else if (this.#isResp2) this.sink.text(`-${message.replaceAll(/[\r\n]+/g, ' ')}\r\n`)
    else this.sink.blob('!', message)
  }

  #addVerbatim({ format, text }: RespVerbatim): void {
    if (Buffer.byteLength(format) !== FORMAT_BYTES) throw new RangeError('A verbatim format must have three bytes')
    if (this.#isResp2) this.sink.blob('$', text)
    else this.sink.blob('=', `${format}:${text}`)
  }

  #addAttributed({ attributes, value }: RespAttributed, isTop: boolean): void {
    if (!this.#isResp2) this.#addPairs('|', attributes)
    this.add(value, isTop)
  }

  #addAggregate(value: Aggregate, isTop: boolean): void {
    if (value instanceof RespPush) {
      if (!isTop && !this.#isResp2) throw new RangeError('A push cannot be part of another value')
      this.#addItems('>', value.items)
    } else if (value instanceof Map) {
      this.#addPairs('%', value)
    } else {
      this.#addItems(value instanceof Set ? '~' : '*', [...(value as Iterable<RespValue>)])
    }
  }

  #addItems(opening: '*' | '~' | '>', items: readonly RespValue[]): void {
    this.sink.text(`${this.#isResp2 ? '*' : opening}${items.length}\r\n`)
    for (const item of items) this.add(item, false)
  }

  #addPairs(opening: '%' | '|', pairs: ReadonlyMap<RespValue, RespValue>): void {
    this.sink.text(this.#isResp2 ? `*${2 * pairs.size}\r\n` : `${opening}${pairs.size}\r\n`)
    for (const [key, value] of pairs) {
      this.add(key, false)
      this.add(value, false)
    }
  }
}

function isPrimitive(value: RespValue): value is Primitive {
  return value === null || typeof value !== 'object'
}

function printBoolean(value: boolean): string {
  return value ? '#t\r\n' : '#f\r\n'
}

/** JavaScript prints doubles so that they read back exactly, but not the three special ones as RESP3 does. */
function printDouble(value: number): string {
  if (Object.is(value, -0)) return '-0'
  if (Number.isNaN(value)) return 'nan'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'inf' : '-inf'
}
