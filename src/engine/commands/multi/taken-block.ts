import { createDeferred, type Deferred } from '../../../base/deferred.js'
import type { HostErrors, SendOptions, Words } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import type { Dispatcher } from '../dispatcher.js'
import type { Block, CommandBlocks, SentBlock } from './command-blocks.js'

/** A command that the application's client would have sent, and what its host waits for. */
export interface TakenCommand extends Deferred<unknown> {
  readonly args: Words
  readonly options: SendOptions | undefined
}

/** Takes what the application's client would send. */
export class CommandIntake {
  readonly #dispatcher: Pick<Dispatcher, 'command'>
  #collected: TakenCommand[] | undefined

  constructor(dispatcher: Pick<Dispatcher, 'command'>) {
    this.#dispatcher = dispatcher
  }

  /** Sends a command, unless it is collected. Where there are no words at all, that fails as where the host encodes them. */
  take(args: Words | null | undefined, options: SendOptions | undefined): Promise<unknown> {
    if (args === null || args === undefined) return Promise.reject(new TypeError(`A command has words, not ${args}`))
    if (this.#collected === undefined) return this.#dispatcher.command(args, options)
    const taken = { args, options, ...createDeferred<unknown>() }
    this.#collected.push(taken)
    return taken.promise
  }

  /** Collects the commands that come before something returns, instead of sending them. */
  collect<T>(act: () => T): { readonly replies: T; readonly items: readonly TakenCommand[] } {
    const items: TakenCommand[] = []
    this.#collected = items
    try {
      return { replies: act(), items }
    } finally {
      this.#collected = undefined
    }
  }
}

/**
 * A command of a pipeline whose failure may be answered elsewhere.
 *
 * @param again - Sends it where it belongs; `undefined` where its failure stays.
 */
export function answeredElsewhere(
  command: TakenCommand,
  again: (error: unknown) => Promise<unknown> | undefined,
): TakenCommand {
  const { resolve, reject } = command
  return {
    ...command,
    reject: error => {
      const answer = again(error)
      if (answer === undefined) reject(error)
      else answer.then(resolve, reject)
    },
  }
}

/** A block as the application's client would have sent it: a MULTI block with its MULTI and EXEC. */
export interface TakenBlock extends Pick<Block, 'commands' | 'options'> {
  readonly kind: 'multi' | 'pipeline'
  readonly items: readonly TakenCommand[]
}

/** Runs a block. Each of its commands gets its answer, however often it is sent. */
export function runTaken(block: TakenBlock, blocks: CommandBlocks, errors: HostErrors): void {
  const { kind, commands, options, items } = block
  let isSettled = false
  const settle = (outcomes: readonly Promise<unknown>[]): void => {
    isSettled = true
    for (const [at, outcome] of outcomes.entries()) void outcome.then(items[at]?.resolve, items[at]?.reject)
  }
  const send = (connection: Connection): SentBlock => sendTaken(block, connection, errors)
  blocks[kind]({ commands, options, send, settle }).then(
    // Of a MULTI block only the answer to the last command, EXEC, is of use.
    replies => items.forEach(({ resolve }, at) => void resolve(kind === 'multi' ? replies : replies[at])),
    error => isSettled || items.forEach(({ reject }) => void reject(error)),
  )
}

function sendTaken({ kind, items }: TakenBlock, { physical }: Connection, errors: HostErrors): SentBlock {
  const sent = items.map(({ args, options }) => physical.send(args, options))
  const whole = Promise.all(sent)
  return { whole: kind === 'multi' ? whole.then(replies => answerOfExec(replies, errors)) : whole, items: sent }
}

/** EXEC has no answer where a watched key was changed. */
function answerOfExec(replies: readonly unknown[], errors: HostErrors): unknown[] {
  const answer = replies.at(-1)
  if (answer === null) throw errors.watch('One (or more) of the watched keys has been changed')
  return answer as unknown[]
}
