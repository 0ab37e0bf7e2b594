/**
 * Commands on one connection, by the order in which they were written there: those behind the first that was refused and is
 * sent again, up to the last that was written before that was known.
 */
export interface RefusedSpan {
  /** The number of the command that was refused. */
  readonly from: number
  /** The number of the last one that was written behind it. */
  readonly to: number
}

/** How often one command is asked again since it was issued behind one that was refused. */
const MOST_REPEATS = 6

/**
 * A command was refused that is sent again. Answers come in order, so within one span the first to be refused is mostly the
 * first of all; not where a later one was written first, as it was to be sent as soon as possible.
 *
 * @param written - The number of the last command that was written to the connection.
 */
export function afterRefusal(span: RefusedSpan | undefined, refused: number, written: number): RefusedSpan {
  if (span === undefined || refused > span.to) return { from: refused, to: written }
  return refused < span.from ? { ...span, from: refused } : span
}

/**
 * Whether a command was answered before one that was issued earlier: its answer does not know what that one will have
 * changed. It may be sent again only where that does no harm.
 */
export function isOvertaking(span: RefusedSpan, sequence: number, repeats: number): boolean {
  return sequence > span.from && sequence <= span.to && repeats < MOST_REPEATS
}
