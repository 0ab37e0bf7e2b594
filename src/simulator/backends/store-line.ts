import { RespPush, type RespValue } from '../../wire/value.js'
import type { Command } from '../sessions/command.js'
import type { Protocol } from '../sessions/protocol.js'
import type { Blocked } from '../store/blocked.js'
import { execute } from '../store/execute.js'
import { encodeReply, NOTHING, type Reply } from '../store/reply.js'
import type { Seat } from '../store/seat.js'
import type { Store } from '../store/store.js'
import type { StoreClient } from '../store/store-client.js'
import type { Line, LineSink, OwnReply } from './backend-line.js'

type Task = { readonly words: readonly Buffer[] } | { readonly reply: OwnReply }

/** A client's line to the built-in store: executes in order, and waits where a command blocks. */
export class StoreLine implements Line {
  readonly #store: Store
  readonly #sink: LineSink
  readonly #client: StoreClient
  #waiting: Task[] = []
  #closed = false

  constructor(store: Store, sink: LineSink, seat?: Seat) {
    this.#store = store
    this.#sink = sink
    this.#client = store.join({ tell: items => this.#tell(items), kill: () => this.#end(), seat })
  }

  get protocol(): Protocol {
    return this.#client.protocol
  }

  forward(command: Command): boolean {
    this.#take({ words: command.words })
    return true
  }

  answer(reply: OwnReply): void {
    this.#take({ reply })
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.#closed = true
    this.#waiting = []
    this.#store.leave(this.#client)
  }

  #take(task: Task): void {
    if (this.#closed) return
    if (this.#client.blocked === undefined) this.#perform(task)
    else this.#waiting.push(task)
  }

  #perform(task: Task): void {
    if ('reply' in task) {
      if (this.#client.transaction !== undefined) this.#client.transaction.spoilt = true
      this.#sink.receive(task.reply(), true)
      return
    }
    const onWait = (blocked: Blocked): Reply => this.#wait(blocked)
    this.#write(execute(this.#store, { client: this.#client, words: task.words, onWait }))
    if (this.#client.leaving) this.#end()
  }

  #wait(blocked: Blocked): Reply {
    this.#store.blocked.wait(this.#client, blocked, reply => this.#goOn(reply))
    return NOTHING
  }

  #goOn(reply: Reply): void {
    this.#write(reply)
    while (this.#client.blocked === undefined) {
      const task = this.#waiting.shift()
      if (task === undefined) return
      this.#perform(task)
    }
  }

  #write(reply: Reply): void {
    if (this.#closed || reply === NOTHING) return
    this.#sink.receive(encodeReply(reply, this.#client.protocol), true)
  }

  #tell(items: readonly RespValue[]): void {
    if (this.#client.protocol === 3) this.#write(new RespPush(items))
    else this.#write(items)
  }

  #end(): void {
    if (this.#closed) return
    this.close()
    this.#sink.closed()
  }
}
