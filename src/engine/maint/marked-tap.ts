import type { WireTap } from '../../wire/stream-tap.js'

/** A tap that shows what goes over a connection from behind a mark on, in each direction by itself. */
export function markedTap(mark: string, show: (from: 'client' | 'server', bytes: Buffer) => void): WireTap {
  const ways = { client: behind(mark), server: behind(mark) }
  const pass = (from: 'client' | 'server', bytes: Uint8Array): void => {
    const shown = ways[from](bytes)
    if (shown.length > 0) show(from, shown)
  }
  return { sent: bytes => pass('client', bytes), received: bytes => pass('server', bytes) }
}

/** Returns what stands behind the end of a mark, which may come in pieces. */
function behind(mark: string): (bytes: Uint8Array) => Buffer {
  const end = `${mark}\r\n`
  let tail: Buffer | undefined = Buffer.alloc(0)
  return chunk => {
    // The memory of a chunk may be used again.
    const bytes = Buffer.from(chunk)
    if (tail === undefined) return bytes
    const all = Buffer.concat([tail, bytes])
    const at = all.indexOf(end)
    tail = at === -1 ? all.subarray(Math.max(0, all.length - end.length + 1)) : undefined
    return at === -1 ? Buffer.alloc(0) : all.subarray(at + end.length)
  }
}
