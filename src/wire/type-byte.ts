/** The bytes that open a RESP3 frame, and the few others that its grammar is made of. */
export const BYTE = {
  array: 0x2a,
  attribute: 0x7c,
  bigNumber: 0x28,
  blob: 0x24,
  blobError: 0x21,
  boolean: 0x23,
  double: 0x2c,
  error: 0x2d,
  integer: 0x3a,
  map: 0x25,
  null: 0x5f,
  push: 0x3e,
  set: 0x7e,
  simple: 0x2b,
  verbatim: 0x3d,
  streamChunk: 0x3b,
  streamEnd: 0x2e,
  streamLength: 0x3f,
  carriageReturn: 0x0d,
  lineFeed: 0x0a,
  minus: 0x2d,
  zero: 0x30,
  true: 0x74,
  false: 0x66,
} as const

/** What follows the line that a type byte opens. */
export const SHAPE = {
  /** Not a type byte. */
  none: 0,
  /** Nothing: the line is the value. */
  line: 1,
  /** As many bytes as the line says, and CR LF. */
  blob: 2,
  /** As many frames as the line says. */
  aggregate: 3,
  /** Twice as many frames as the line says. */
  pairs: 4,
  /** Twice as many frames as the line says, and the value that they describe. */
  attribute: 5,
} as const

const SHAPES: Uint8Array = createShapes()

/** The byte at an index that is inside the bytes; 0 outside of them, which is neither a digit nor a type. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

/** The {@link SHAPE} of the frame that a byte opens. */
export function shapeOf(type: number): number {
  return byteAt(SHAPES, type)
}

/** How many frames belong to an aggregate of `length`; the value that an attribute describes counts as well. */
export function countFrames(type: number, length: number): number {
  const shape = shapeOf(type)
  if (shape === SHAPE.aggregate) return length
  return shape === SHAPE.pairs ? 2 * length : 2 * length + 1
}

function createShapes(): Uint8Array {
  const shapes = new Uint8Array(256)
  const { array, push, set, blob, blobError, verbatim } = BYTE
  for (const type of [BYTE.bigNumber, BYTE.boolean, BYTE.double, BYTE.error]) shapes[type] = SHAPE.line
  for (const type of [BYTE.integer, BYTE.null, BYTE.simple]) shapes[type] = SHAPE.line
  for (const type of [blob, blobError, verbatim]) shapes[type] = SHAPE.blob
  for (const type of [array, push, set]) shapes[type] = SHAPE.aggregate
  shapes[BYTE.map] = SHAPE.pairs
  shapes[BYTE.attribute] = SHAPE.attribute
  return shapes
}
