import { type ChildProcess, fork } from 'node:child_process'
import { systemClock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import type { PlayerOrder, PlayerReport, PlayerResult, PlayerSettings } from './player-messages.js'

/** How a player came to its end. */
export type PlayerEnd =
  | { readonly how: 'finished'; readonly result: PlayerResult }
  /** It did not answer in time, and was killed. */
  | { readonly how: 'hung' }
  | { readonly how: 'died'; readonly reason: string }

/** A player in a process of its own. */
export interface PlayerProcess {
  /** Settles when it has connected, or rejects with what kept it from that. */
  readonly connected: Promise<void>
  /** Whether it has ended. */
  readonly gone: boolean
  /** Tells it which step begins. Resolves when it knows, or did not answer in time. */
  enter(step: string, resets: boolean): Promise<void>
  /** Lets it end. Never rejects. */
  finish(): Promise<PlayerEnd>
  /** Ends it at once, for a reason. */
  kill(reason: string): void
}

const CONNECT_WITHIN_MS = 10_000
const ENTER_WITHIN_MS = 500
const ANSWERS_WITHIN_MS = 3_000
const FINISH_WITHIN_MS = 20_000
const EXIT_WITHIN_MS = 3_000
const STDERR_CHARACTERS = 4_096

/**
 * Starts a player. Whatever it tells goes to `onReport` as well.
 *
 * @param program - The compiled program of a player.
 */
export function startPlayer(
  program: string,
  settings: PlayerSettings,
  onReport: (report: PlayerReport) => void,
): PlayerProcess {
  const { trusted } = settings
  const child = fork(program, [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...(trusted !== undefined && { NODE_EXTRA_CA_CERTS: trusted }) },
  })
  return new ForkedPlayer(child, onReport)
}

class ForkedPlayer implements PlayerProcess {
  readonly connected: Promise<void>
  readonly #child: ChildProcess
  readonly #finished: Deferred<PlayerResult> = createDeferred()
  readonly #exited: Deferred<void> = createDeferred()
  readonly #connected: Deferred<void> = createDeferred()
  #entered: Deferred<void> = createDeferred()
  #said = ''
  #reason: string | undefined
  #gone = false

  constructor(child: ChildProcess, onReport: (report: PlayerReport) => void) {
    this.#child = child
    // A caller that awaits these sees the rejection. Without one, `finish` tells the end.
    this.#finished.promise.catch(() => {})
    this.connected = withDeadline(this.#connected.promise, {
      clock: systemClock,
      withinMs: CONNECT_WITHIN_MS,
      onLate: () => {
        throw new Error('The client did not connect in time')
      },
    })
    this.connected.catch(() => {})
    child.on('message', (report: PlayerReport) => {
      this.#take(report)
      onReport(report)
    })
    child.stderr?.on('data', chunk => {
      this.#said = `${this.#said}${String(chunk)}`.slice(-STDERR_CHARACTERS)
    })
    child.once('error', error => this.#end(error.message))
    // Unlike `exit`, this comes after the last words.
    child.once('close', (code, signal) => this.#end(`it ended with ${signal ?? `code ${code}`}`))
  }

  get gone(): boolean {
    return this.#gone
  }

  async enter(step: string, resets: boolean): Promise<void> {
    if (this.#gone) return
    this.#entered = createDeferred()
    this.#order({ type: 'enter', step, resets })
    await withDeadline(this.#entered.promise, { clock: systemClock, withinMs: ENTER_WITHIN_MS, onLate: () => {} })
  }

  async finish(): Promise<PlayerEnd> {
    this.#order({ type: 'finish', withinMs: ANSWERS_WITHIN_MS })
    const onLate = (): 'late' => 'late'
    try {
      const finished: Promise<PlayerResult | 'late'> = this.#finished.promise
      const result = await withDeadline(finished, { clock: systemClock, withinMs: FINISH_WITHIN_MS, onLate })
      if (result === 'late') return this.#hung()
      const exited: Promise<'exited' | 'late'> = this.#exited.promise.then(() => 'exited')
      const exit = await withDeadline(exited, { clock: systemClock, withinMs: EXIT_WITHIN_MS, onLate })
      if (exit === 'late') this.#child.kill('SIGKILL')
      return { how: 'finished', result: { ...result, closed: result.closed && exit === 'exited' } }
    } catch (error) {
      return { how: 'died', reason: (error as Error).message }
    }
  }

  kill(reason: string): void {
    this.#reason ??= reason
    this.#child.kill('SIGKILL')
  }

  #hung(): PlayerEnd {
    this.#child.kill('SIGKILL')
    return { how: 'hung' }
  }

  #order(order: PlayerOrder): void {
    // A process that is gone is noticed by its exit.
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  #take(report: PlayerReport): void {
    if (report.type === 'connected') this.#connected.resolve()
    if (report.type === 'entered') this.#entered.resolve()
    if (report.type === 'finished') this.#finished.resolve(report.result)
    if (report.type === 'broken') this.#reason ??= report.reason
  }

  #end(how: string): void {
    this.#gone = true
    const lastWords = this.#said
      .trim()
      .split('\n')
      .find(line => /^\w*Error\b/.test(line))
    const error = new Error(this.#reason ?? (lastWords === undefined ? how : `${how}: ${lastWords.trim()}`))
    this.#connected.reject(error)
    this.#finished.reject(error)
    this.#entered.resolve()
    this.#exited.resolve()
  }
}
