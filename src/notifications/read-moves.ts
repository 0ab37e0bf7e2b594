import type { SlotMove } from './notification.js'
import type { PlainValue } from './plain-value.js'
import { isAbsent, REFUSED, type Refused, readEndpoint, readSlots } from './read-field.js'

/**
 * Reads which slots went where. Four forms are known:
 *
 * ```text
 * [[source, target, slots], …]     what servers send
 * source target slots …            the same without the lists
 * [[target, slots], …]             a draft that did not name the source
 * ["target slots", …]              an earlier draft
 * ```
 *
 * Only an entry of the first form may leave an end unnamed; in the others it shows that they are something else. One
 * entry that makes no sense refuses all: half of a change of topology is worse than none. Absent: none.
 */
export function readMoves(value: PlainValue): readonly SlotMove[] | Refused {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) return REFUSED
  const loose = value.every(isWord)
  const moves: SlotMove[] = []
  for (const entry of loose ? inThrees(value) : value) {
    const move = readMove(entry)
    if (move === REFUSED || (move.target === null && (loose || !isTriple(entry)))) return REFUSED
    moves.push(move)
  }
  return moves
}

function isTriple(entry: PlainValue): boolean {
  return Array.isArray(entry) && entry.length >= 3
}

function readMove(entry: PlainValue): SlotMove | Refused {
  const [source = null, target = null, listed = null] = inOrder(entry)
  const from = readEndpoint(source)
  const to = readEndpoint(target)
  const slots = readSlots(listed)
  if (from === REFUSED || to === REFUSED || slots === REFUSED || slots.length === 0) return REFUSED
  return { source: from, target: to, slots }
}

/** Source, target and slots of an entry; nothing where it has another form. */
function inOrder(entry: PlainValue): readonly PlainValue[] {
  if (typeof entry === 'string') return inOrder(splitEntry(entry))
  if (!Array.isArray(entry)) return []
  return entry.length === 2 ? [null, ...entry] : entry
}

/** Splits `target slots` and `source target slots`; the slots may contain spaces. */
function splitEntry(text: string): readonly string[] {
  const words = text.trim().split(/\s+/)
  const ends = words.findIndex(word => !word.includes(':'))
  return ends < 1 ? [] : [...words.slice(0, ends), words.slice(ends).join('')]
}

function isWord(value: PlainValue): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !/\S\s+\S/.test(value))
}

/** Loose words as entries: the draft's pair, or three by three; anything left over makes no entry. */
function inThrees(values: readonly PlainValue[]): readonly (readonly PlainValue[])[] {
  if (values.length === 2) return [values]
  const threes: (readonly PlainValue[])[] = []
  for (let at = 0; at < values.length; at += 3) threes.push(values.length - at < 3 ? [] : values.slice(at, at + 3))
  return threes
}
