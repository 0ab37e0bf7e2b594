import { isIPv4 } from 'node:net'

/** The tags of ASN.1 that a certificate is made of. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  object: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** One element: tag, length, content. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...toLength(body.length)]), body])
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.sequence, ...items)
}

export function setOf(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.set, ...items)
}

/** A positive integer from its big-endian bytes. */
export function positive(bytes: Uint8Array): Buffer {
  const leading = (bytes[0] ?? 0) > 0x7f ? [0] : []
  return element(TAG.integer, Buffer.from(leading), bytes)
}

export function bits(bytes: Uint8Array): Buffer {
  return element(TAG.bits, Buffer.from([0]), bytes)
}

export function octets(bytes: Uint8Array): Buffer {
  return element(TAG.octets, bytes)
}

export function text(value: string): Buffer {
  return element(TAG.utf8, Buffer.from(value))
}

export function yes(): Buffer {
  return element(TAG.boolean, Buffer.from([0xff]))
}

/** A time before 2050, as `yyMMddHHmmssZ`. */
export function utcTime(value: string): Buffer {
  return element(TAG.utcTime, Buffer.from(value))
}

/** Any time, as `yyyyMMddHHmmssZ`. */
export function generalizedTime(value: string): Buffer {
  return element(TAG.generalizedTime, Buffer.from(value))
}

/** An object identifier from its dotted text. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(TAG.object, Buffer.from([first * 40 + second, ...rest.flatMap(toBase128)]))
}

/** An element that stands for its place in a structure: `[n]`, made of other elements or of plain bytes. */
export function tagged(index: number, content: Uint8Array, constructed: boolean): Buffer {
  return element((constructed ? 0xa0 : 0x80) | index, content)
}

/** The bytes of an IP address. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const [front, back] = [toGroups(head), toGroups(tail ?? '')]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => 0)
  return Buffer.from([...front, ...zeros, ...back].flatMap(group => [group >> 8, group & 0xff]))
}

function toGroups(part: string): readonly number[] {
  return part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))
}

function toLength(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function toBase128(value: number): readonly number[] {
  const digits = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}
