import type { Clock, Timer } from '../../../base/clock.js'
import { createDeferred, type Deferred } from '../../../base/deferred.js'
import type { ConnectionEvents, Words } from '../../../engine/ports.js'
import { isConfirmation, readMessage } from '../../../engine/session/subscriptions/channel-words.js'
import type { Line } from '../../../simulator/backends/backend-line.js'
import { StoreLine } from '../../../simulator/backends/store-line.js'
import { LOADING } from '../../../simulator/faults/replies.js'
import { keysOf } from '../../../simulator/store/command-keys.js'
import type { Store } from '../../../simulator/store/store.js'
import { isWriteCommand } from '../../../simulator/store/write-commands.js'
import { RespDecoder } from '../../../wire/decode/decoder.js'
import { encodeValue } from '../../../wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../../wire/value.js'
import { ModelError } from './model-error.js'
import type { ModelNode } from './model-node.js'
import { ModelReplica } from './model-replica.js'

/** What the wire of a modelled connection needs. */
export interface ModelWireParts {
  readonly node: ModelNode
  readonly clock: Clock
  /** The data that all nodes serve. */
  readonly store: Store
  readonly events: ConnectionEvents
  /** Told when the server hangs up by itself. */
  readonly onClosed: () => void
}

/** A command without an answer. */
interface Pending extends Deferred<unknown> {
  /** How many confirmations a subscription waits for; its answers are pushes. */
  confirmations?: number
}

const EMPTY = Buffer.alloc(0)

/** The commands of one modelled connection, in order, and what its node answers. */
export class ModelWire {
  /** Whether answers take the node's answer time. Before that they are part of the handshake. */
  takesTime = false
  readonly #parts: ModelWireParts
  readonly #line: Line
  readonly #replica: ModelReplica
  readonly #decoder = new RespDecoder()
  readonly #timers = new Set<Timer>()
  readonly #pending: Pending[] = []
  #isOver = false
  /** Commands on their way to the node. They are executed in order, whichever timer fires. */
  readonly #underway: Words[] = []
  /** Shard channels that it is about to leave. Where another one ends, its slot has gone elsewhere. */
  readonly #leaving = new Set<string>()
  /** What the node was sent while it was silent, or let writes wait. */
  readonly #unread: Words[] = []

  constructor(parts: ModelWireParts) {
    this.#parts = parts
    const { onClosed, node } = parts
    this.#replica = new ModelReplica(node)
    const sink = { receive: (bytes: Buffer) => this.#read(bytes), drained: () => {}, closed: () => onClosed() }
    this.#line = new StoreLine(parts.store, sink, node.seat ?? this.#replica.seat)
  }

  /** Whether anything sent has no answer. */
  get owes(): boolean {
    return this.#pending.length > 0
  }

  /** @param confirmations - How many pushes answer it, where it is a subscription. */
  send(words: Words, confirmations?: number): Promise<unknown> {
    const command: Pending = { ...createDeferred<unknown>(), ...(confirmations !== undefined && { confirmations }) }
    this.#pending.push(command)
    if (words[0] === 'SUNSUBSCRIBE') for (const channel of words.slice(1)) this.#leaving.add(String(channel))
    if (!this.takesTime) this.#execute(words)
    else {
      this.#underway.push(words)
      this.#after(this.#parts.node.answerMs, () => this.#executeNext())
    }
    return command.promise
  }

  /** The node is no longer silent, or lets writes wait no longer: it executes what it was sent in that time. */
  resume(): void {
    for (const words of this.#unread.splice(0)) this.#execute(words)
  }

  /** Ends it. Commands without an answer fail, though the node executes those on their way. */
  close(error: ModelError): void {
    for (const timer of this.#timers) timer.dispose()
    this.#timers.clear()
    this.#isOver = true
    for (let left = this.#underway.length; left > 0; left--) this.#executeNext()
    this.#unread.length = 0
    this.#line.close()
    for (const command of this.#pending.splice(0)) command.reject(error)
  }

  #executeNext(): void {
    const words = this.#underway.shift()
    if (words !== undefined) this.#execute(words)
  }

  #execute(words: Words): void {
    const { conduct, forbids, refuses } = this.#parts.node
    const waits =
      conduct === 'silent' || (conduct === 'pausing-writes' && isWriteCommand(String(words[0]).toUpperCase()))
    if (waits || this.#unread.length > 0) {
      this.#unread.push(words)
      return
    }
    const request = words.map(word => Buffer.from(String(word)))
    const refusal =
      forbiddenBy(forbids, words) ??
      refusalBy(conduct, words) ??
      (refuses !== undefined && keysOf(request).length > 0 ? new RespError(refuses) : undefined) ??
      this.#replica.answer(words)
    if (refusal !== undefined) return this.#line.answer(() => encodeValue(refusal, 3))
    this.#line.forward({ name: String(words[0]), words: request, raw: EMPTY })
  }

  #read(bytes: Buffer): void {
    if (this.#isOver) return
    this.#parts.events.onBytes()
    for (const value of this.#decoder.feed(bytes)) {
      if (value instanceof RespPush) this.#readPush(value.items)
      else if (value instanceof RespError) this.#pending.shift()?.reject(new ModelError('reply', value.message))
      else this.#pending.shift()?.resolve(value)
    }
  }

  #readPush(items: readonly RespValue[]): void {
    const delivery = readMessage(items)
    if (delivery !== undefined) return this.#parts.events.onMessage(delivery)
    const [name = '', ...rest] = items.map(item => String(item))
    const [waiting] = this.#pending
    if (name === 'sunsubscribe' && !this.#leaving.delete(rest[0] ?? ''))
      return this.#parts.events.onHostEvent('shard-channel-ended', [rest[0]])
    if (!isConfirmation(name) || waiting?.confirmations === undefined) return
    waiting.confirmations -= 1
    if (waiting.confirmations === 0) this.#pending.shift()?.resolve(undefined)
  }

  #after(delayMs: number, task: () => void): void {
    const timer = this.#parts.clock.after(delayMs, () => {
      this.#timers.delete(timer)
      task()
    })
    this.#timers.add(timer)
  }
}

/** The error of a node whose rules do not allow a command to this user. */
function forbiddenBy(forbids: readonly string[], words: Words): RespValue | undefined {
  const name = String(words[0])
  const [rule] = forbids.filter(each => {
    const [command, word] = each.split(' ')
    return command === name.toUpperCase() && (word === undefined || words.includes(word))
  })
  if (rule === undefined) return undefined
  const why = rule.includes(' ') ? 'access a channel' : `run the '${name.toLowerCase()}' command`
  return new RespError(`NOPERM User default has no permissions to ${why}`)
}

/** The error of a node that is in no state to execute a command. */
function refusalBy(conduct: ModelNode['conduct'], words: Words): RespValue | undefined {
  const name = String(words[0]).toUpperCase()
  const isRefused = conduct === 'loading-only' || (conduct === 'loading' && name !== 'HELLO')
  return isRefused ? new RespError(LOADING) : undefined
}
