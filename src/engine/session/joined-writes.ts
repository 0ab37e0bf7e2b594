/** About as much as a socket takes before it asks its writer to wait, in characters. */
const ENOUGH = 16_384

/**
 * Joins commands that are written at the same time: many small pieces take a socket far longer than one.
 *
 * No more is taken from `commands` than is given out, or a socket wants: the rest is known to be unwritten.
 *
 * @param commands - Each one in the pieces that a host makes of it.
 */
export function* joinWrites<Bytes extends Uint8Array>(
  commands: Iterable<readonly (string | Bytes)[]>,
): Generator<readonly (string | Bytes)[], void> {
  let before: (string | Bytes)[] = []
  let text = ''
  let size = 0
  for (const pieces of commands) {
    for (const piece of pieces) {
      size += piece.length
      if (typeof piece === 'string') {
        text += piece
      } else {
        before.push(text, piece)
        text = ''
      }
    }
    if (size < ENOUGH) continue
    yield [...before, text]
    before = []
    text = ''
    size = 0
  }
  if (size > 0) yield [...before, text]
}

/** Where a host keeps what it has to write. */
interface WriteQueue<Bytes> {
  commandsToWrite(): Iterable<readonly (string | Bytes)[]>
}

/** Has a queue write what waits in few pieces: it would write each command by itself. */
export function writeJoined<Bytes extends Uint8Array>(queue: WriteQueue<Bytes>): void {
  const { commandsToWrite } = queue
  queue.commandsToWrite = () => joinWrites(commandsToWrite.call(queue))
}
