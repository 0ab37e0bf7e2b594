import { backoffMs } from '../../base/backoff.js'
import type { Clock } from '../../base/clock.js'
import type { Signal } from '../../base/light-signal.js'
import { pause, pauseUnlessAborted } from '../../base/pause.js'
import { classifyReply } from '../../core/replies/reply-kind.js'
import type { Connection } from '../session/connection.js'
import { type HandshakeTerms, withinConnectTimeout } from './handshake.js'

/** How a server that refuses to shake hands is waited for. */
export interface UnservedTerms {
  readonly clock: Clock
  /** Ends the wait. */
  readonly signal: Signal
  /** Whether the process lives on for it. */
  readonly keepsAlive: boolean
}

/** How a server that loads its data is waited for. */
export interface LoadingTerms extends HandshakeTerms {
  /** Ends the wait. */
  readonly signal: Pick<Signal, 'aborted'>
  /** Is told each time that the server says so. */
  readonly onLoading: (error: unknown) => void
}

/** The pauses between two questions, in milliseconds. */
const PAUSES = { firstMs: 100, longestMs: 1_000 } as const

/** How long one connection is asked before the name is resolved again, in milliseconds: another server may serve by then. */
const SAME_FOR_MS = 10_000

/** Whether a server says that it is loading its data. */
function isLoading(error: unknown): boolean {
  return classifyReply(error)?.kind === 'loading'
}

/**
 * Makes a connection, again and again while the server says that it loads its data: some say so instead of shaking hands.
 *
 * @param onLoading - Is told each time.
 */
export async function makeOnceLoaded(
  make: () => Promise<void>,
  { clock, signal, keepsAlive }: UnservedTerms,
  onLoading: (error: unknown) => void,
): Promise<void> {
  for (let refused = 0; ; refused += 1) {
    try {
      return await make()
    } catch (error) {
      if (signal.aborted || !isLoading(error)) throw error
      onLoading(error)
      await pauseUnlessAborted(clock, backoffMs(PAUSES, refused), signal, keepsAlive)
      if (signal.aborted) throw error
    }
  }
}

type Asked = Pick<Connection, 'ping' | 'isReady' | 'firstAnswer'>

/** Resolves with why a server does not answer a PING; the first one went with the handshake. */
function ask(connection: Asked, isFirst: boolean): Promise<{ readonly error: unknown } | undefined> {
  const answer = isFirst && connection.firstAnswer instanceof Promise ? connection.firstAnswer : connection.ping()
  return answer.then(
    () => undefined,
    error => ({ error }),
  )
}

/**
 * Waits until a server that has shaken hands serves: it does that also while it loads its data, and then refuses every
 * command. Any other refusal, such as from an ACL without PING, comes from a server that serves.
 */
export async function untilLoaded(connection: Asked, terms: LoadingTerms): Promise<void> {
  const { clock, signal, onLoading } = terms
  const endsAt = clock.now() + SAME_FOR_MS
  for (let asked = 0; ; asked += 1) {
    const answer = await withinConnectTimeout(ask(connection, asked === 0), terms)
    if (answer === undefined) return
    if (!connection.isReady) throw answer.error
    if (!isLoading(answer.error)) return
    onLoading(answer.error)
    if (signal.aborted || clock.now() >= endsAt) throw answer.error
    await pause(clock, backoffMs(PAUSES, asked))
  }
}
