import type { Host, SendOptions, Words } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import type { Dispatcher } from '../dispatcher.js'
import { toldOf } from '../recovery/never-sent.js'
import { type SelfAnswered, settle } from '../self-sent/self-sent.js'
import type { CommandBlocks, SentBlock } from './command-blocks.js'

/** What transactions need. */
export interface TransactionParts<C extends SelfAnswered> {
  readonly dispatcher: Dispatcher
  readonly host: Host
  readonly blocks: CommandBlocks
  readonly wordsOf: (command: C) => Words
  /** With which options the next transaction is sent. */
  readonly options: () => SendOptions | undefined
  /** Writes an attempt of a command to a connection, and resolves with its answer. */
  readonly attempt: (command: C, connection: Connection) => Promise<unknown>
  /** A transaction was answered: rejects where its answers do not count. `undefined` where there is no doubt about them. */
  readonly confirm: (commands: readonly C[]) => Promise<void> | undefined
  /** A transaction was not executed, or its answers do not count. Returns whether somebody else deals with it from now on. */
  readonly passOn: (commands: readonly C[], error: unknown, wasWatching: boolean) => boolean
  /** Sends a command that turns out to be no part of a transaction. */
  readonly sendAlone: (command: C) => void
}

/** In place of the answers where a watched key had changed. */
const NOT_EXECUTED = new Error('Not executed')

/**
 * Keeps the commands from MULTI to EXEC together that a pipeline sends one by one, in one turn: they go to one connection, and
 * to another one only as a whole.
 */
export class TransactionCollector<C extends SelfAnswered & { readonly name: string }> {
  readonly #parts: TransactionParts<C>
  #open: C[] | undefined

  constructor(parts: TransactionParts<C>) {
    this.#parts = parts
  }

  /** Whether one has begun in this turn that has not ended. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Takes the next command of a pipeline. Returns whether it is part of a transaction. */
  take(command: C): boolean {
    const name = command.name.toLowerCase()
    if (this.#open === undefined) {
      if (name !== 'multi') return false
      this.#open = [command]
      queueMicrotask(() => this.#leaveOpen())
      return true
    }
    this.#open.push(command)
    if (name === 'exec') this.#run()
    else if (name === 'discard') this.#leaveOpen()
    return true
  }

  /** The application ends it by itself, or not at all. */
  #leaveOpen(): void {
    const commands = this.#open ?? []
    this.#open = undefined
    for (const command of commands) this.#parts.sendAlone(command)
  }

  #run(): void {
    const { blocks, dispatcher, host, wordsOf, options, confirm, passOn } = this.#parts
    const commands = this.#open ?? []
    this.#open = undefined
    if (dispatcher.mode === 'offline' && host.failsOffline) return failAll(commands, host.errors.offline())
    const inner = commands.slice(1, -1).map(command => ({ args: wordsOf(command) }))
    let items: SentBlock['items'] = []
    const failures = new Set<unknown>()
    let wasWatching = false
    const send = (connection: Connection): SentBlock => {
      wasWatching = connection.isWatching
      const sent = this.#send(commands, inner, connection)
      items = sent.items
      for (const item of items) item.catch(error => failures.add(toldOf(error)))
      return sent
    }
    const fail = (error: unknown): void => {
      if (passOn(commands, error, wasWatching)) return
      // Each gets its own answer, where the error is one of them. Otherwise it ended the wait for them.
      if (failures.has(error)) tellAnswers(commands, items)
      else failAll(commands, error as Error)
    }
    blocks.multi({ commands: inner, options: options(), send }).then(() => {
      const doubt = confirm(commands.slice(1, -1))
      if (doubt === undefined) tellAnswers(commands, items)
      else doubt.then(() => tellAnswers(commands, items), fail)
    }, fail)
  }

  #send(commands: readonly C[], inner: { args: Words }[], connection: Connection): SentBlock {
    const { attempt, wordsOf } = this.#parts
    const items = commands.map(command => attempt(command, connection))
    const whole = Promise.all(items).then(replies => {
      // A script says when it is written which of its two commands it is: the one with its body, or that with the digest.
      for (const [at, sent] of inner.entries()) {
        const command = commands[at + 1]
        if (command !== undefined && command.name !== sent.args[0]) sent.args = wordsOf(command)
      }
      const executed = replies.at(-1)
      return Array.isArray(executed) ? executed : commands.slice(1, -1).map(() => NOT_EXECUTED)
    })
    return { whole, items }
  }
}

function tellAnswers(commands: readonly SelfAnswered[], items: SentBlock['items']): void {
  for (const [at, command] of commands.entries()) {
    const answer = items[at]
    if (answer !== undefined) settle(command, answer, error => command.reject(toldOf(error) as Error))
  }
}

function failAll(commands: readonly SelfAnswered[], error: Error): void {
  for (const command of commands) command.reject(error)
}
