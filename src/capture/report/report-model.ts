import type { CaptureHeader, CaptureSide } from '../format/capture.js'

/** A stretch of time, in milliseconds since the recording began. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The parts of a hand-off, in their order. */
export type PhaseName = 'prepare' | 'wait' | 'fence' | 'drain'

/** One hand-off of a client. */
export interface ReportedHandoff extends Span {
  readonly id: string
  readonly link: number
  readonly reason: string
  /** Where it leads, in words. */
  readonly target: string
  readonly result: 'completed' | 'failed' | 'cancelled' | 'unfinished'
  /** Why it failed or was given up; empty where it was not. */
  readonly why: string
  readonly graceMs: number
  /** How long new commands waited, in milliseconds. */
  readonly pausedMs: number
  /** How many commands waited when the next connection took over. */
  readonly held: number
  readonly attempts: number
  readonly phases: readonly (Span & { readonly name: PhaseName })[]
}

/** Something that happened at a moment. */
export interface Moment {
  readonly at: number
  readonly text: string
}

/** What a client did. */
export interface ReportedClient {
  readonly link: number
  readonly relaxations: readonly (Span & { readonly cause: string })[]
  readonly handoffs: readonly ReportedHandoff[]
  /** What it told besides: refused commands, writes that waited, servers that could not be reached. */
  readonly incidents: readonly Moment[]
}

/** How long commands took, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** The longest of each slice of the recording; 0 where there was none. */
  readonly slices: readonly number[]
}

/** One connection. */
export interface ReportedConnection extends Span {
  readonly connection: number
  readonly server: string
  readonly link: number | undefined
  /** Whether it served only questions of the library's own. */
  readonly auxiliary: boolean
  readonly closedBy: CaptureSide | undefined
  readonly isClosed: boolean
  readonly notifications: readonly (Moment & { readonly type: string })[]
  /** Error answers to commands, without those in a handshake. */
  readonly errors: readonly Moment[]
  /** What a server refused in the handshake: clients ask for what it may not know. */
  readonly refusals: number
  readonly commands: number
  readonly answered: number
  readonly latency: Latency
  /** Bytes that are not in the capture. */
  readonly omitted: number
}

/** One capture, as a report shows it. */
export interface ReportedCapture {
  readonly name: string
  readonly header: CaptureHeader
  readonly durationMs: number
  readonly clients: readonly ReportedClient[]
  readonly connections: readonly ReportedConnection[]
  /** Whether the client itself was recorded: only then hand-offs and relaxations are known. */
  readonly hasDecisions: boolean
  readonly totals: Totals
}

/** A capture in figures. */
export interface Totals {
  readonly notifications: number
  readonly handoffs: number
  readonly completed: number
  readonly longestPauseMs: number
  readonly held: number
  readonly commands: number
  readonly answered: number
  readonly errors: number
  /** Connections that the other side ended. */
  readonly lost: number
  readonly p99Ms: number
  readonly mostMs: number
}
