import { upper } from './command-kind.js'

/** Words for the newest entry of a stream, as of the moment at which the server executes the command. */
const NEWEST: ReadonlySet<string> = new Set(['$', '+'])

/** Comes before every entry. */
const BEGINNING = '0-0'

/** Whether any word of a command could mean the newest entry of a stream. */
export function hasNewest(args: readonly unknown[]): boolean {
  return args.some(arg => NEWEST.has(String(arg)))
}

/** The streams that an XREAD reads from their newest entry on; none of any other command. */
export function newestKeys(args: readonly unknown[]): readonly unknown[] {
  return upper(args[0]) === 'XREAD' ? placesOf(args).map(({ key }) => key) : []
}

/**
 * An XREAD that says which entries are the newest, so that it means the same at any time.
 *
 * @param ids - Of the newest entries of `newestKeys`, in that order.
 */
export function fromIds(args: readonly unknown[], ids: readonly string[]): readonly unknown[] {
  const words = [...args]
  for (const [index, { at }] of placesOf(args).entries()) words[at] = ids[index]
  return words
}

/** Asks for the newest entry of a stream. */
export function askNewest(key: unknown): readonly unknown[] {
  return ['XREVRANGE', key, '+', '-', 'COUNT', '1']
}

/**
 * Reads the answer. Where a stream is empty or does not exist, and where a key is no stream, all that is ever added to it is
 * new.
 */
export function readNewest(entries: unknown): string {
  const [newest]: unknown[] = Array.isArray(entries) ? entries : []
  return Array.isArray(newest) ? String(newest[0]) : BEGINNING
}

interface Place {
  readonly key: unknown
  /** Where the command has its position. */
  readonly at: number
}

function placesOf(args: readonly unknown[]): readonly Place[] {
  const first = args.findIndex(arg => upper(arg) === 'STREAMS') + 1
  const count = (args.length - first) / 2
  const places = args.slice(first, first + count).map((key, index) => ({ key, at: first + count + index }))
  return places.filter(({ at }) => NEWEST.has(String(args[at])))
}
