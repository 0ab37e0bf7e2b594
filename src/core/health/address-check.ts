import { isIP } from 'node:net'
import { backoffMs } from '../../base/backoff.js'
import { canonicalHost } from '../../base/endpoint.js'

/** What an answer of the resolver says about the address that a connection leads to. */
export interface AddressSighting {
  /** The address behind the connection. */
  readonly peer: string
  /** The addresses that the configured name has now, in any order; empty says nothing. */
  readonly answer: readonly string[]
}

/** An answer that counts towards an absence. */
export interface DatedAnswer {
  /** The addresses that the configured name has now, in any order; empty says nothing. */
  readonly answer: readonly string[]
  /** When the resolver was asked, by the clock. */
  readonly at: number
}

/** For how long an address must be missing before it counts as gone, in milliseconds: at first, and at most. */
const FIRST_PROOF_MS = 5_000
const LONGEST_PROOF_MS = 3_600_000

/** How long an address must stay advertised before the first proof is enough again, in milliseconds; at least the proof. */
const STEADY_MS = 600_000

/** What is known about the address of one connection after another. */
export interface AbsenceState {
  readonly peer: string
  /** Whether the name ever led to it: an address that was never advertised cannot leave. */
  readonly advertised: boolean
  /** Since when each answer had it, or had it not; one of them at most. */
  readonly presentSince: number | undefined
  readonly absentSince: number | undefined
  /** For how long it must be missing. */
  readonly proofMs: number
  /** When the last answer that counted was asked for. */
  readonly at: number
}

/**
 * Judges an answer of the resolver during a move that names no target. `'moved'`: our address is no longer offered;
 * `'auxiliary'`: another one of the same family is offered beside it; `'same'`: nothing to go to.
 *
 * An address of the other family alone does not count: it is probably the same server.
 */
export function judgeWindow({ peer, answer }: AddressSighting): 'moved' | 'auxiliary' | 'same' {
  if (answer.length === 0) return 'same'
  if (!isAmong(answer, peer)) return 'moved'
  const own = canonicalHost(peer)
  const hasAuxiliary = answer.some(address => canonicalHost(address) !== own && familyOf(address) === familyOf(peer))
  return hasAuxiliary ? 'auxiliary' : 'same'
}

/**
 * Begins to watch the address of a connection.
 *
 * @param advertised - Whether it was dialled because the name led to it.
 * @param before - What was known about the connection before it. The length of the proof is taken from there.
 */
export function beginAbsence(peer: string, advertised: boolean, before?: AbsenceState): AbsenceState {
  const { proofMs = FIRST_PROOF_MS, at = Number.NEGATIVE_INFINITY } = before ?? {}
  if (before?.peer === peer && !advertised) return before
  const presentSince = before?.peer === peer ? before.presentSince : undefined
  return { peer, advertised, presentSince, absentSince: undefined, proofMs, at }
}

/**
 * Counts an answer. An address is gone once it was missing from at least two answers in a row that span the proof.
 *
 * Each time an address is gone the proof doubles, from 5 s up to an hour. It starts again at 5 s when an address stays
 * advertised for as long as the proof, and for ten minutes. So a resolver that offers different addresses in turn moves
 * a connection less and less often.
 */
export function nextAbsence(
  state: AbsenceState,
  { answer, at }: DatedAnswer,
): { readonly state: AbsenceState; readonly gone: boolean } {
  if (answer.length === 0 || at <= state.at) return { state, gone: false }
  if (isAmong(answer, state.peer)) return { state: present(state, at), gone: false }
  if (!state.advertised) return { state: { ...state, at }, gone: false }
  const absentSince = state.absentSince ?? at
  const gone = at - absentSince >= state.proofMs
  const proofMs = backoffMs({ firstMs: state.proofMs, longestMs: LONGEST_PROOF_MS }, gone ? 1 : 0)
  const next = { ...state, at, proofMs, presentSince: undefined, absentSince: gone ? undefined : absentSince }
  return { state: next, gone }
}

function present(state: AbsenceState, at: number): AbsenceState {
  const presentSince = state.presentSince ?? at
  const isSteady = at - presentSince >= Math.max(STEADY_MS, state.proofMs)
  const proofMs = isSteady ? FIRST_PROOF_MS : state.proofMs
  return { ...state, at, proofMs, presentSince, absentSince: undefined, advertised: true }
}

function isAmong(answer: readonly string[], peer: string): boolean {
  const own = canonicalHost(peer)
  return answer.some(address => canonicalHost(address) === own)
}

function familyOf(address: string): number {
  return isIP(canonicalHost(address))
}
