import { SelfSent } from '../../../engine/commands/self-sent/self-sent.js'
import type { SendOptions, Words } from '../../../engine/ports.js'
import type { HostCommand, IoredisModule } from '../ioredis-module.js'

/** How a command is sent that the host has made. */
export interface CarriedOptions extends SendOptions {
  /** The application's own command, of which an attempt is sent. */
  readonly carried?: HostCommand | undefined
}

/** The words of a command of the host. */
export function wordsOf({ name, args }: HostCommand): Words {
  return [name, ...args]
}

/** What the host sees of a command in the place of which it sends this. Nothing is copied: scripts change their name as they are written. */
export class CarriedCommand extends SelfSent<HostCommand> implements HostCommand {
  /** It is its own entry in the queue of the host, which keeps the command there beside what a connection of ours has no use for. */
  get command(): this {
    return this
  }
  get name(): string {
    return this.own.name
  }
  get args(): unknown[] {
    return this.own.args
  }
  get promise(): Promise<unknown> {
    return this.own.promise
  }
  get inTransaction(): boolean {
    return this.own.inTransaction
  }
  get pipelineIndex(): number | undefined {
    return this.own.pipelineIndex
  }
  /** The host sends nothing later for which nobody waits any more. */
  get isSettled(): boolean {
    return this.own.isSettled === true
  }
  /** The host traces a command once, however often it is sent. */
  get isTraced(): boolean {
    return this.own.isTraced === true
  }
  set isTraced(isTraced: boolean) {
    this.own.isTraced = isTraced
  }
  getSlot(): number | null {
    return this.own.getSlot()
  }
  toWritable(socket: object): string | Buffer {
    return this.own.toWritable(socket)
  }
  setReplyContext(context: object | null | undefined): void {
    this.own.setReplyContext?.(context)
  }
}

/** What is sent on behalf of the application without a command of its own. */
const ASKED_FOR = /^(?:[ps]?(?:un)?subscribe|quit)$/i

type AttemptClass = new (name: string, args: readonly unknown[], carried: HostCommand | undefined) => HostCommand

/** One for each class of the host: each class gives what is made of it shapes of its own. */
const classes = new WeakMap<IoredisModule['Command'], AttemptClass>()

function attemptOf(Command: IoredisModule['Command']): AttemptClass {
  return class extends Command {
    readonly #carried: HostCommand | undefined
    constructor(name: string, args: readonly unknown[], carried: HostCommand | undefined) {
      super(name, args)
      this.#carried = carried
    }
    transformReply(reply: unknown): unknown {
      return reply
    }
    override toWritable(socket: object): string | Buffer {
      const carried = this.#carried
      // The host traces a command once, however often it is sent.
      if (carried?.isTraced === true) this.isTraced = true
      else if (carried !== undefined) carried.isTraced = true
      // A script looks which of its two commands the server needs.
      const isScript = carried !== undefined && carried.toWritable !== Command.prototype.toWritable
      return isScript ? carried.toWritable(socket) : super.toWritable(socket)
    }
    override setReplyContext(context: object | null | undefined): void {
      super.setReplyContext?.(context)
      this.#carried?.setReplyContext?.(context)
    }
  }
}

/**
 * Makes commands whose answers come as the host has decoded them: they are given to the application's own command, which turns
 * them into what was asked for, once it is certain that no other attempt follows.
 */
export class AttemptMaker {
  readonly #Attempt: AttemptClass

  constructor({ Command }: Pick<IoredisModule, 'Command'>) {
    this.#Attempt = classes.get(Command) ?? attemptOf(Command)
    classes.set(Command, this.#Attempt)
  }

  /** Makes a command, or an attempt of one that the application waits for. */
  make(words: Words, carried?: HostCommand): HostCommand {
    const [name, ...args] = words
    const attempt = new this.#Attempt(String(name), args, carried)
    // What this library asks by itself the host does not tell of.
    if (carried === undefined && !ASKED_FOR.test(attempt.name)) attempt.isTraced = true
    return attempt
  }
}
