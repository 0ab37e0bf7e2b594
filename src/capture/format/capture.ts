/** The version of the format that this library writes, and the newest that it reads. */
export const CAPTURE_VERSION = 1

/** Where a capture comes from: the first line of its file. */
export interface CaptureHeader {
  /** At most {@link CAPTURE_VERSION}. */
  readonly version: number
  /** When the recording began, in milliseconds since 1970; times in entries count from here. */
  readonly startedAt: number
  /** The program and version that wrote it. */
  readonly by: string
  /** What was recorded, such as `proxy to redis.example:6379`. */
  readonly what: string
  /** Whether keys, values, credentials and channels were masked. */
  readonly redacted: boolean
}

/** Who sent bytes, or ended a connection. */
export type CaptureSide = 'client' | 'server'

interface Timed {
  /** When it happened, in milliseconds since the recording began. */
  readonly at: number
  /** Counts the connections of a capture from 1. */
  readonly connection: number
}

/** A connection was opened, or the recording of one that was open began. */
export interface OpenedEntry extends Timed {
  readonly type: 'opened'
  /** Where it leads to, as `host:port`. */
  readonly server: string
  /** The number of the client that it belongs to, where the recording client has told it. */
  readonly link?: number
  /** The number that the client gives it, as in its events; below 0 for the library's own questions. */
  readonly id?: number
}

/** Bytes, as they were sent. */
export interface DataEntry extends Timed {
  readonly type: 'data'
  /** Who sent them. */
  readonly from: CaptureSide
  readonly bytes: Buffer
}

/** Bytes that were sent, and are not in the capture. */
export interface OmittedEntry extends Timed {
  readonly type: 'omitted'
  /** Who sent them. */
  readonly from: CaptureSide
  /** How many bytes. */
  readonly count: number
  /** `unreadable`: no RESP, so it could not be masked. `too-long`: one frame beyond the limit. `overrun`: the file was written too slowly. */
  readonly reason: 'unreadable' | 'too-long' | 'overrun'
}

/** A connection ended. */
export interface ClosedEntry extends Timed {
  readonly type: 'closed'
  /** Who ended it, where that is known. */
  readonly by?: CaptureSide
}

/** Something that the recording client told, such as `handoff:completed`. */
export interface EventEntry {
  readonly type: 'event'
  /** When it was told, in milliseconds since the recording began. */
  readonly at: number
  /** The name of the hook event. */
  readonly name: string
  /** What it carried, as JSON. */
  readonly payload: unknown
}

/** Something that the recording client is about to do, as a step of a connect or hand-off. */
export interface StepEntry {
  readonly type: 'step'
  /** When, in milliseconds since the recording began. */
  readonly at: number
  /** The number of the client. */
  readonly link: number
  readonly step: StepName
  /** Which connection it is about, by the number that the client gives it. */
  readonly id?: number
  /** How many commands wait at that moment. */
  readonly waiting: number
}

/** The steps that are recorded. */
export const STEP_NAMES = [
  'dial',
  'discard',
  'pause-commands',
  'pause-writes',
  'await-release',
  'fence',
  'probe',
  'resume',
  'drain',
  'give-up',
] as const

/** One of {@link STEP_NAMES}. */
export type StepName = (typeof STEP_NAMES)[number]

/** What happened, in order of time: one line of the file. */
export type CaptureEntry = OpenedEntry | DataEntry | OmittedEntry | ClosedEntry | EventEntry | StepEntry

/** A capture in memory. */
export interface Capture {
  readonly header: CaptureHeader
  /** In order of time. */
  readonly entries: readonly CaptureEntry[]
}
