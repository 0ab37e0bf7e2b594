import type { CommandBlocks, SentBlock } from '../../engine/commands/command-blocks.js'
import { toldOf } from '../../engine/commands/never-sent.js'
import type { Link } from '../../engine/link/link.js'
import type { Words } from '../../engine/ports.js'
import type { Connection } from '../../engine/session/connection.js'
import { type AttemptMaker, settle, wordsOf } from './carried-command.js'
import type { IoredisConnection } from './ioredis-connection.js'
import type { HostCommand, HostRedis } from './ioredis-module.js'

/** What transactions need. */
export interface TransactionParts {
  readonly client: HostRedis
  readonly link: Link
  readonly blocks: CommandBlocks
  readonly attempts: AttemptMaker
  /** Sends a command that turns out to be no part of a transaction. */
  readonly sendAlone: (command: HostCommand) => void
}

/** In place of the answers where a watched key had changed. */
const NOT_EXECUTED = new Error('Not executed')

/**
 * Keeps the commands from MULTI to EXEC together that a pipeline sends one by one, in one turn: they go to one connection, and
 * to another one only as a whole.
 */
export class TransactionCollector {
  readonly #parts: TransactionParts
  #open: HostCommand[] | undefined

  constructor(parts: TransactionParts) {
    this.#parts = parts
  }

  /** Whether one has begun in this turn that has not ended. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Takes the next command of a pipeline. Returns whether it is part of a transaction. */
  take(command: HostCommand): boolean {
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
    const { blocks, link, client } = this.#parts
    const commands = this.#open ?? []
    this.#open = undefined
    const { host } = link.context
    if (link.dispatcher.mode === 'offline' && host.failsOffline) return failAll(commands, host.errors.offline())
    const { commandTimeout: timeout } = client.options
    const inner = commands.slice(1, -1).map(command => ({ args: wordsOf(command) }))
    let items: SentBlock['items'] = []
    const failures = new Set<unknown>()
    const send = (connection: Connection): SentBlock => {
      const sent = this.#send(commands, inner, connection)
      items = sent.items
      for (const item of items) item.catch(error => failures.add(toldOf(error)))
      return sent
    }
    blocks.multi({ commands: inner, options: typeof timeout === 'number' ? { timeout } : undefined, send }).then(
      () => tellAnswers(commands, items),
      // Each gets its own answer, where the error is one of them. Otherwise it ended the wait for them.
      error => (failures.has(error) ? tellAnswers(commands, items) : failAll(commands, error)),
    )
  }

  #send(commands: readonly HostCommand[], inner: { args: Words }[], connection: Connection): SentBlock {
    const { attempts } = this.#parts
    const physical = connection.physical as IoredisConnection
    const items = commands.map(command => {
      const attempt = attempts.make(wordsOf(command), command)
      physical.writer.write(attempt)
      return attempt.promise
    })
    const whole = Promise.all(items).then(replies => {
      noteForms(inner, commands)
      const executed = replies.at(-1)
      return Array.isArray(executed) ? executed : commands.slice(1, -1).map(() => NOT_EXECUTED)
    })
    return { whole, items }
  }
}

/** A script says when it is written which of its two commands it is: the one with its body, or that with the digest. */
function noteForms(inner: { args: Words }[], commands: readonly HostCommand[]): void {
  for (const [at, sent] of inner.entries()) {
    const command = commands[at + 1]
    if (command !== undefined && command.name !== sent.args[0]) sent.args = wordsOf(command)
  }
}

function tellAnswers(commands: readonly HostCommand[], items: SentBlock['items']): void {
  for (const [at, command] of commands.entries()) {
    const answer = items[at]
    if (answer !== undefined) settle(command, answer, error => command.reject(toldOf(error) as Error))
  }
}

function failAll(commands: readonly HostCommand[], error: Error): void {
  for (const command of commands) command.reject(error)
}
