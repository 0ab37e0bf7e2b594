import { encodeValue, pushFrame } from '../../../wire/encoder.js'

/** A reply stream as a socket would deliver it. */
export interface WireWorkload {
  readonly name: string
  readonly chunks: readonly Buffer[]
  /** How many top-level frames it holds that are no pushes. */
  readonly replies: number
  readonly pushes: number
  /** How many times faster than the host's decoder the tap and the decoder must be. */
  readonly targets: { readonly tap: number; readonly decoder: number }
}

const CHUNK_BYTES = 64 * 1024

/**
 * The four workloads of the wire benchmark.
 *
 * @param sizeBytes - How many bytes each of them has, at least.
 */
export function createWireWorkloads(sizeBytes: number): WireWorkload[] {
  return [
    createWorkload('strings of 100 bytes', {
      sizeBytes,
      frame: index => encodeValue(toText(index, 100)),
      targets: [8, 1],
    }),
    createWorkload('arrays of ten strings of 20 bytes', { sizeBytes, frame: toArray, targets: [8, 1] }),
    createWorkload('strings of 16 KB', {
      sizeBytes,
      frame: index => encodeValue(toText(index, 16_384)),
      targets: [30, 1],
    }),
    createWorkload('pushes only', { sizeBytes, frame: toPush, targets: [2, 1], isPush: true }),
  ]
}

interface Recipe {
  readonly sizeBytes: number
  readonly frame: (index: number) => Buffer
  readonly targets: readonly [tap: number, decoder: number]
  readonly isPush?: boolean
}

function createWorkload(name: string, { sizeBytes, frame, targets, isPush = false }: Recipe): WireWorkload {
  const list: Buffer[] = []
  for (let size = 0; size < sizeBytes; size += list.at(-1)?.length ?? 0) list.push(frame(list.length))
  const bytes = Buffer.concat(list)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(Buffer.from(bytes.subarray(at, at + CHUNK_BYTES)))
  const [tap, decoder] = targets
  return {
    name,
    chunks,
    replies: isPush ? 0 : list.length,
    pushes: isPush ? list.length : 0,
    targets: { tap, decoder },
  }
}

/** Text of this many bytes that differs from one index to the next. */
function toText(index: number, sizeBytes: number): string {
  return `value:${index}:`.padEnd(sizeBytes, 'abcdefghijklmnopqrstuvwxyz0123456789')
}

function toArray(index: number): Buffer {
  return encodeValue(Array.from({ length: 10 }, (_, place) => toText(index * 10 + place, 20)))
}

/** Mostly messages of a subscription, now and then a notification, as a connection that carries only pushes sees. */
function toPush(index: number): Buffer {
  if (index % 16 === 0) return pushFrame(['MOVING', index, 15, `10.0.${index % 256}.7:6379`])
  return pushFrame(['message', `channel:${index % 32}`, toText(index, 40)])
}
