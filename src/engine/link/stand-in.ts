import { CommandIntake } from '../commands/multi/taken-block.js'
import type { Lifecycle } from './lifecycle.js'
import type { Link } from './link.js'

/**
 * What a host finds where a client that never connects has its socket; by default one that nobody uses. It takes what the host
 * would write.
 */
export class StandIn {
  readonly socketEpoch: number = 0
  readonly intake: CommandIntake
  readonly #link: Link | undefined
  readonly #lifecycle: Pick<Lifecycle, 'isOpen' | 'connect'> | undefined
  #hasTaken = false

  constructor(link?: Link, lifecycle?: Pick<Lifecycle, 'isOpen' | 'connect'>) {
    this.intake = new CommandIntake(link?.dispatcher ?? { command: async () => {} })
    this.#link = link
    this.#lifecycle = lifecycle
  }

  get isOpen(): boolean {
    return this.#lifecycle?.isOpen === true
  }

  /** Behind each command the host asks once more, to write it: there is nothing to be written. */
  get isReady(): boolean {
    const isAsked = !this.#hasTaken
    this.#hasTaken = false
    return isAsked && this.#link?.dispatcher.isReady === true
  }

  /** Takes what the host would add to a queue. */
  readonly take: CommandIntake['take'] = (args, options) => {
    this.#hasTaken = true
    return this.intake.take(args, options)
  }

  /** A socket of this machine is no host, and has no port. */
  get host(): string | undefined {
    return this.#link?.context.target.host
  }

  get port(): number | undefined {
    return this.host === undefined ? undefined : this.#link?.context.target.port
  }

  connect(): Promise<void> | undefined {
    return this.#lifecycle?.connect()
  }

  on(): this {
    return this
  }

  removeAllListeners(): void {}

  /** All that the host would write was taken before. */
  write(): void {}

  destroy(): void {}
}
