import { type CapturedNotification, type CaptureEntry, NotificationFinder, readEntries } from '../../capture/index.js'
import { decodeAzureMessage } from '../../notifications/azure-message.js'
import type { AzureDecodeResult } from '../../notifications/azure-notification.js'
import { decodePush } from '../../notifications/decode.js'
import type { DecodeResult } from '../../notifications/notification.js'
import { RespDecoder } from '../../wire/decode/decoder.js'
import { FrameScanner } from '../../wire/skip/frame-scanner.js'
import { RespPush, type RespValue } from '../../wire/value.js'
import type { DecodeFormat } from './decode-args.js'

/** One thing that was found in the input. */
export type Decoded =
  | {
      readonly kind: 'notification'
      readonly result: DecodeResult | AzureDecodeResult
      readonly at?: number
      readonly connection?: number
    }
  /** Something that a client of the capture told. */
  | { readonly kind: 'event'; readonly at: number; readonly name: string; readonly payload: unknown }
  /** Values that are no pushes. */
  | { readonly kind: 'replies'; readonly count: number }

/** The first bytes of every kind of RESP value. */
const RESP = /^[*$+:,#_(!=~%|>-]/
const CAPTURE = /^\s*\{"format":\s*"redis-hitless-capture"/

/**
 * Decodes an input.
 *
 * @param receivedAt - What counts as the time of its arrival, in milliseconds since 1970.
 * @throws HitlessError where it is no RESP, or no capture. What comes before that is given out first.
 */
export async function* decodeInput(
  input: AsyncIterable<Buffer>,
  { format, receivedAt }: { readonly format: DecodeFormat; readonly receivedAt: number },
): AsyncGenerator<Decoded, void> {
  const chunks = input[Symbol.asyncIterator]()
  const { done, value: first } = await chunks.next()
  if (done === true) return
  const whole = joined(first, chunks)
  switch (format === 'auto' ? formatOf(first) : format) {
    case 'capture':
      return yield* decodeCapture(whole)
    case 'text':
      return yield* decodeText((await readAll(whole)).toString(), receivedAt)
    case 'hex':
      return yield* decodeBytes(
        [Buffer.from((await readAll(whole)).toString().replaceAll(/\s|0x/g, ''), 'hex')],
        receivedAt,
      )
    case 'base64':
      return yield* decodeBytes([Buffer.from((await readAll(whole)).toString(), 'base64')], receivedAt)
    default:
      return yield* decodeBytes(whole, receivedAt)
  }
}

function formatOf(first: Buffer): DecodeFormat {
  const head = first.toString('latin1', 0, 256)
  if (CAPTURE.test(head)) return 'capture'
  return RESP.test(head) && head.includes('\r\n') ? 'resp' : 'text'
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function readAll(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* decodeBytes(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  receivedAt: number,
): AsyncGenerator<Decoded, void> {
  const decoder = new RespDecoder()
  const scanner = new FrameScanner()
  let replies = 0
  for await (const chunk of source) {
    scanner.feed(chunk)
    for (const value of decoder.feed(chunk)) {
      const found = toNotification(value, receivedAt)
      if (found === undefined) replies += 1
      else yield found
    }
  }
  if (replies > 0) yield { kind: 'replies', count: replies }
  if (decoder.failure !== undefined) throw decoder.failure
  if (!scanner.atBoundary) throw new Error('The input ends within a value')
}

/** A push, or the list that is one where RESP2 was spoken. */
function toNotification(value: RespValue, receivedAt: number): Decoded | undefined {
  const items = value instanceof RespPush ? value.items : undefined
  return items === undefined ? undefined : { kind: 'notification', result: decodePush(items, receivedAt) }
}

async function* decodeText(text: string, receivedAt: number): AsyncGenerator<Decoded, void> {
  const escaped = text.replaceAll('\\r\\n', '\r\n')
  if (RESP.test(escaped.trimStart()) && /^\S\d*\r?\n/.test(escaped.trimStart())) {
    const bytes = escaped.trimStart().replaceAll(/\r?\n/g, '\r\n')
    return yield* decodeBytes([Buffer.from(bytes, 'latin1')], receivedAt)
  }
  for (const line of text.split('\n').map(part => part.trim())) {
    if (line !== '') yield { kind: 'notification', result: decodeLine(line, receivedAt) }
  }
}

function decodeLine(line: string, receivedAt: number): DecodeResult | AzureDecodeResult {
  if (line.includes('|')) return decodeAzureMessage(line, receivedAt)
  return decodePush(line.split(/\s+/).map(toWord), receivedAt)
}

function toWord(word: string): string | null {
  return /^(?:null|nil|_)$/i.test(word) ? null : word
}

async function* decodeCapture(source: AsyncIterable<Buffer>): AsyncGenerator<Decoded, void> {
  let finder: NotificationFinder | undefined
  for await (const item of readEntries(source)) {
    if (!('type' in item)) {
      finder = new NotificationFinder(item)
      continue
    }
    if (item.type === 'event') yield { kind: 'event', at: item.at, name: item.name, payload: item.payload }
    else for (const found of notificationsOf(finder, item)) yield { kind: 'notification', ...found }
  }
}

function notificationsOf(finder: NotificationFinder | undefined, entry: CaptureEntry): readonly CapturedNotification[] {
  return finder?.feed(entry) ?? []
}
