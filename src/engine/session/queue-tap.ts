import type { Untap, WireTap } from '../../wire/stream-tap.js'

/** Where a host keeps what it has to write, and reads what arrives. */
interface TappedQueue<Bytes> {
  readonly decoder: { write: (chunk: Uint8Array) => void }
  commandsToWrite(): Iterable<readonly (string | Bytes)[]>
}

/** Shows what a host whose socket is out of reach writes and reads from now on. */
export function tapQueue<Bytes extends Uint8Array>(queue: TappedQueue<Bytes>, tap: WireTap): Untap {
  const { decoder, commandsToWrite } = queue
  const { write } = decoder
  let isOver = false
  function* shown(): Generator<readonly (string | Bytes)[], void> {
    for (const pieces of commandsToWrite.call(queue)) {
      if (!isOver)
        tap.sent(Buffer.concat(pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece) : piece))))
      yield pieces
    }
  }
  const read = (chunk: Uint8Array): void => {
    if (!isOver) tap.received(chunk)
    write.call(decoder, chunk)
  }
  queue.commandsToWrite = shown
  decoder.write = read
  return () => {
    isOver = true
    // Where another tap was added since, this one stays under it and shows nothing.
    if (queue.commandsToWrite === shown) queue.commandsToWrite = commandsToWrite
    if (decoder.write === read) decoder.write = write
  }
}
