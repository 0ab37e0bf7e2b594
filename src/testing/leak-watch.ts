import { createHook } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
// Imported, so that a test with fake timers does not stop the watch.
import { setImmediate } from 'node:timers'
import { systemClock } from '../base/clock.js'

/**
 * How long a socket may take to close when the other end is slow to let go, and a timer to fire that is due at once, in
 * milliseconds.
 */
const CLOSING_LIMIT_MS = 1_000

/** Turns of the event loop in which what was just closed may report so. */
const TURNS = 20

const FRAMES_SHOWN = 2

/** Frames of Node itself, of the language and of this file, also where it is part of a bundle. */
const NO_CALLER = /node:|\(<anonymous>\)|AsyncHook|noteTimer|leak-watch\.ts/

const TEST_RUNNER = /node_modules\/(@vitest|vitest|vite)\//

/** A timer of Node; only its own fields tell whether it still runs, and its delay in milliseconds. */
interface NodeTimer {
  readonly _destroyed?: boolean
  readonly _idleTimeout?: number
}

/** The running timers of the process, with where each was started: put into words only when one is left. */
const timers = new Map<NodeTimer, Error>()

/** How many timers are kept until those that have ended are taken out. */
let sweepAt = 1_000

const processEvents: EventEmitter = process

// Not its hook `destroy`: where somebody listens to that, Node watches over the end of every promise of the process.
const timerHook = createHook({ init: noteTimer })

function noteTimer(_id: number, type: string, _trigger: number, resource: NodeTimer): void {
  if (type !== 'Timeout') return
  timers.set(resource, new Error())
  if (timers.size >= sweepAt) sweepAt = Math.max(1_000, 2 * runningTimers().size)
}

/** Takes out the timers that have ended. */
function runningTimers(): typeof timers {
  for (const timer of timers.keys()) {
    if (timer._destroyed === true) timers.delete(timer)
  }
  return timers
}

/** Where code of the tests or of the project started a timer; `undefined` for those of others. */
function describeTimer({ stack = '' }: Error): string | undefined {
  // Such a signal lives on by design, as nothing can end its timer; hosts make one for every command.
  if (stack.includes('AbortSignal.timeout')) return undefined
  // Within 2 s a plain client of ioredis destroys a socket that its server has not closed: no business of ours.
  if (stack.includes('connectors/AbstractConnector')) return undefined
  const callers = stack.split('\n').filter(frame => frame.includes(' at ') && !NO_CALLER.test(frame))
  const [caller] = callers
  if (caller === undefined || TEST_RUNNER.test(caller)) return undefined
  return `timer started ${callers.slice(0, FRAMES_SHOWN).map(placeOf).join(' < ')}`
}

/** What was open at one moment, to tell later what came and stayed. */
export interface LeakWatch {
  /** What came since and is still there, in words. What is about to close is waited for, 1 s at most. */
  left(): Promise<readonly string[]>
}

/**
 * Notes which sockets, servers, timers and listeners of the process there are. Timers count whether or not they hold the
 * process; those of Node itself do not count.
 *
 * From the first call on, each timer of the process costs the making of a stack trace: meant for tests.
 *
 * @example
 * const leaks = watchLeaks()
 * // … open and close clients
 * assert.deepEqual(await leaks.left(), [])
 */
export function watchLeaks(): LeakWatch {
  timerHook.enable()
  return new Snapshot()
}

class Snapshot implements LeakWatch {
  readonly #handles: ReadonlySet<object> = new Set(activeHandles())
  readonly #timers: ReadonlySet<NodeTimer> = new Set(runningTimers().keys())
  readonly #listeners: ReadonlyMap<string | symbol, number> = countListeners()

  async left(): Promise<readonly string[]> {
    for (let turn = 0; turn < TURNS && this.#found().length > 0; turn++) await nextTurn()
    const giveUpAt = systemClock.now() + CLOSING_LIMIT_MS
    while (this.#isEnding() && systemClock.now() < giveUpAt) await nextTurn()
    return this.#found()
  }

  /** Whether something is left that may end by itself: in Node, 1 ms is the shortest delay. */
  #isEnding(): boolean {
    const isDueAtOnce = ([{ _idleTimeout }, started]: readonly [NodeTimer, Error]): boolean =>
      _idleTimeout === 1 && describeTimer(started) !== undefined
    return this.#newHandles().length > 0 || this.#newTimers().some(isDueAtOnce)
  }

  #found(): readonly string[] {
    return [
      ...this.#newHandles().map(describeHandle),
      ...this.#newTimers().flatMap(([, started]) => describeTimer(started) ?? []),
      ...[...countListeners()]
        .filter(([name, count]) => count > (this.#listeners.get(name) ?? 0))
        .map(([name]) => `listener of process for ${String(name)}`),
    ]
  }

  #newTimers(): readonly (readonly [NodeTimer, Error])[] {
    return [...runningTimers()].filter(([timer]) => !this.#timers.has(timer))
  }

  #newHandles(): readonly object[] {
    return activeHandles().filter(handle => !this.#handles.has(handle))
  }
}

function activeHandles(): readonly object[] {
  // Node documents only the kinds of the open handles; the handles themselves tell which socket it is.
  const list: unknown = Reflect.get(process, '_getActiveHandles')
  return typeof list === 'function' ? (list.call(process) as readonly object[]) : []
}

function countListeners(): ReadonlyMap<string | symbol, number> {
  return new Map(processEvents.eventNames().map(name => [name, processEvents.listenerCount(name)]))
}

function describeHandle(handle: object): string {
  const { localAddress, localPort, remotePort, pid } = handle as Record<string, unknown>
  const address: unknown = 'address' in handle && typeof handle.address === 'function' ? handle.address() : undefined
  const facts = { localAddress, localPort, remotePort, pid, ...(typeof address === 'object' ? address : { address }) }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  return [handle.constructor.name, ...known.map(([name, value]) => `${name} ${value}`)].join(' ')
}

function placeOf(frame: string): string {
  return frame
    .trim()
    .replace(process.cwd(), '')
    .replace(/file:\/\//, '')
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
