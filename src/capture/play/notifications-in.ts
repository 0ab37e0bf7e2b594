import { decodeAzureMessage } from '../../notifications/azure-message.js'
import { AZURE_CHANNEL, type AzureDecodeResult } from '../../notifications/azure-notification.js'
import { decodePush } from '../../notifications/decode.js'
import type { DecodeResult } from '../../notifications/notification.js'
import { PushTap } from '../../wire/push-tap.js'
import type { RespPush } from '../../wire/value.js'
import type { CaptureEntry, CaptureHeader } from '../format/capture.js'

/** What a server announced, as a capture has it. */
export interface CapturedNotification {
  /** In milliseconds since the recording began. */
  readonly at: number
  /** The number of its connection in the capture. */
  readonly connection: number
  /** What the decoder made of it. */
  readonly result: DecodeResult | AzureDecodeResult
}

/** Finds the notifications in a capture, entry by entry. What is pushed for subscriptions and caches is none. */
export class NotificationFinder {
  readonly #header: CaptureHeader
  readonly #taps = new Map<number, PushTap>()

  constructor(header: CaptureHeader) {
    this.#header = header
  }

  /**
   * Takes the next entry, and returns the notifications that it completes.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED` where a server sent no RESP.
   */
  feed(entry: CaptureEntry): readonly CapturedNotification[] {
    if (entry.type === 'closed') this.#taps.delete(entry.connection)
    if (entry.type !== 'data' || entry.from !== 'server') return []
    const { at, connection, bytes } = entry
    const tap = this.#taps.get(connection) ?? new PushTap()
    this.#taps.set(connection, tap)
    const receivedAt = this.#header.startedAt + at
    return tap.feed(bytes).flatMap(push => {
      const result = resultOf(push, receivedAt)
      return result === undefined ? [] : [{ at, connection, result }]
    })
  }
}

/** All notifications in a capture; throws as {@link NotificationFinder.feed}. */
export function notificationsIn(capture: {
  readonly header: CaptureHeader
  readonly entries: readonly CaptureEntry[]
}): readonly CapturedNotification[] {
  const finder = new NotificationFinder(capture.header)
  return capture.entries.flatMap(entry => finder.feed(entry))
}

/** Pushes with the application's own data. */
const NOT_OURS = /^(?:[ps]?message|[ps]?(?:un)?subscribe|invalidate)$/

function resultOf({ items }: RespPush, receivedAt: number): DecodeResult | AzureDecodeResult | undefined {
  const [kind, channel, message] = items
  if (kind === 'message' && channel === AZURE_CHANNEL) return decodeAzureMessage(message, receivedAt)
  const result = decodePush(items, receivedAt)
  return result.outcome === 'ignored' && NOT_OURS.test(result.name) ? undefined : result
}
