import { type CaptureFault, HitlessError } from '../../base/errors.js'
import { CAPTURE_VERSION, type CaptureEntry, type CaptureHeader, type CaptureSide, STEP_NAMES } from './capture.js'
import { CAPTURE_FORMAT } from './print-capture.js'

type Fields = Readonly<Record<string, unknown>>

const REASONS = ['unreadable', 'too-long', 'overrun'] as const
const LONGEST_TEXT = 1_024

/** An error of a capture that cannot be read. */
export function captureError(kind: CaptureFault, line: number, message: string): HitlessError<'CAPTURE_INVALID'> {
  return new HitlessError('CAPTURE_INVALID', `Line ${line} of the capture ${message}`, { facts: { kind, line } })
}

/**
 * Reads the first line of a capture.
 *
 * @throws HitlessError `CAPTURE_INVALID` where it is none, or of a version that this library does not know.
 */
export function parseHeader(text: string): CaptureHeader {
  const { format, version, startedAt, by, what, redacted } = toFields(text, 1) ?? {}
  if (format !== CAPTURE_FORMAT) throw captureError('header', 1, `is no header: "format" must be "${CAPTURE_FORMAT}"`)
  if (!isCount(version) || version < 1) throw captureError('version', 1, 'has no version')
  if (version > CAPTURE_VERSION) {
    throw captureError('version', 1, `has version ${version}; this library reads up to ${CAPTURE_VERSION}`)
  }
  const began = typeof startedAt === 'string' ? Date.parse(startedAt) : Number.NaN
  if (Number.isNaN(began)) throw captureError('header', 1, 'does not say when the recording began')
  return { version, startedAt: began, by: toText(by), what: toText(what), redacted: redacted === true }
}

/**
 * Reads any other line. An entry of a type that came later is left out: `undefined`.
 *
 * @throws HitlessError `CAPTURE_INVALID` where it is none.
 */
export function parseEntry(text: string, line: number): CaptureEntry | undefined {
  const fields = toFields(text, line)
  if (fields === undefined) throw captureError('entry', line, 'is no JSON object')
  const { at, type } = fields
  if (!isTime(at)) throw captureError('entry', line, 'has no time: "at" must be a number of milliseconds from 0')
  if (typeof type !== 'string') throw captureError('entry', line, 'has no type')
  if (type === 'event') return toEvent(fields, at, line)
  if (type === 'step') return toStep(fields, at, line)
  const { connection } = fields
  if (!isCount(connection) || connection < 1) {
    throw captureError('entry', line, 'names no connection: "connection" must be a whole number from 1')
  }
  return toConnectionEntry(fields, { at, connection }, line)
}

function toConnectionEntry(
  fields: Fields,
  timed: { readonly at: number; readonly connection: number },
  line: number,
): CaptureEntry | undefined {
  const { type, from, by, server, link, id } = fields
  switch (type) {
    case 'opened':
      return {
        ...timed,
        type,
        server: toText(server),
        ...(isCount(link) && { link }),
        ...(Number.isSafeInteger(id) && { id: Number(id) }),
      }
    case 'closed':
      return isSide(by) ? { ...timed, type, by } : { ...timed, type }
    case 'data':
      if (!isSide(from)) throw captureError('entry', line, 'does not say who sent the bytes')
      return { ...timed, type, from, bytes: toBytes(fields, line) }
    case 'omitted': {
      const { count, reason: given } = fields
      const reason = REASONS.find(known => known === given)
      if (!isSide(from) || !isCount(count) || reason === undefined) {
        throw captureError('entry', line, 'does not say what was omitted')
      }
      return { ...timed, type, from, count, reason }
    }
    default:
      return undefined
  }
}

function toEvent({ name, payload }: Fields, at: number, line: number): CaptureEntry {
  if (typeof name !== 'string') throw captureError('entry', line, 'is an event without a name')
  return { type: 'event', at, name, payload: payload ?? {} }
}

/** A step that came later is left out. */
function toStep({ link, step, id, waiting }: Fields, at: number, line: number): CaptureEntry | undefined {
  if (!isCount(link) || !isCount(waiting)) throw captureError('entry', line, 'is a step of no client')
  const name = STEP_NAMES.find(known => known === step)
  if (name === undefined) return undefined
  return { type: 'step', at, link, step: name, ...(Number.isSafeInteger(id) && { id: Number(id) }), waiting }
}

function toBytes({ text, base64 }: Fields, line: number): Buffer {
  if (typeof text === 'string') return Buffer.from(text, 'latin1')
  if (typeof base64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return Buffer.from(base64, 'base64')
  throw captureError('entry', line, 'has no bytes: "text" or "base64" must have them')
}

function toFields(text: string, line: number): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    throw captureError('json', line, 'is no JSON')
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : ''
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isSide(value: unknown): value is CaptureSide {
  return value === 'client' || value === 'server'
}
