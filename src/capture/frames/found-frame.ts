/** Where one frame stands in bytes, with the frames in it. */
export interface Frame {
  /** Its first character, such as `$`. */
  readonly type: string
  /** Where its own content stands: of an aggregate or a null, nothing. */
  readonly start: number
  readonly end: number
  /** Behind its last byte. */
  readonly next: number
  readonly items: readonly Frame[]
}

const BLOB = /[$!=]/
const AGGREGATE = /[*~>%|]/
const PAIRS = /[%|]/
const CR = 13

/** Finds the frame that begins at an index. The bytes must hold the whole frame, and its framing be right. */
export function findFrame(bytes: Buffer, at: number): Frame {
  const type = String.fromCharCode(bytes[at] ?? 0)
  const lineEnd = bytes.indexOf(CR, at)
  if (BLOB.test(type)) {
    const length = Number(bytes.toString('latin1', at + 1, lineEnd))
    const start = lineEnd + 2
    if (length < 0) return { type, start, end: start, next: start, items: [] }
    return { type, start, end: start + length, next: start + length + 2, items: [] }
  }
  if (!AGGREGATE.test(type)) return { type, start: at + 1, end: lineEnd, next: lineEnd + 2, items: [] }
  const count = Math.max(0, Number(bytes.toString('latin1', at + 1, lineEnd))) * (PAIRS.test(type) ? 2 : 1)
  const items: Frame[] = []
  let next = lineEnd + 2
  // What attributes describe stands behind them, and counts as theirs here.
  for (let missing = type === '|' ? count + 1 : count; missing > 0; missing -= 1) {
    const item = findFrame(bytes, next)
    items.push(item)
    next = item.next
  }
  return { type, start: lineEnd + 2, end: lineEnd + 2, next, items }
}

/** What a frame says, where that is a text of at most so many bytes. */
export function textIn(bytes: Buffer, frame: Frame | undefined, most = 64): string | undefined {
  if (frame === undefined || !/[$+=]/.test(frame.type) || frame.end - frame.start > most) return undefined
  return bytes.toString('latin1', frame.start, frame.end)
}
