import { NeverSent } from '../../../engine/commands/recovery/never-sent.js'
import type { HostCommand, HostRedis, IoredisModule } from '../ioredis-module.js'
import type { CarriedCommand } from './carried-command.js'
import { sendUnseen } from './instrumentation.js'
import { isKnown, takesPlainly } from './plain-writing.js'

/** How much text is gathered before it is written, in characters. */
const MOST_TEXT = 65_536

/**
 * Writes the commands of one connection: those of one turn together, and none while the socket has had enough. So it is known
 * which of them were never written.
 */
export class CommandWriter {
  readonly #redis: HostRedis
  readonly #isKnown: boolean
  /** What the host writes to in place of the socket: it asks only for these members, as of one of its pipelines. */
  readonly #stream: object
  /** Commands that wait for the socket. Most of the time nothing does. */
  #held: HostCommand[] = []
  #text = ''
  /** How many commands are in the text. */
  #gathered = 0
  #isDue = false
  /** Whether commands of this turn are written past the host. */
  #isPlain = false
  /** Only where there is more than one piece: most turns write one text, which needs no cork. */
  #isCorked = false

  /** Whether the socket has had enough. */
  #isFull = false

  readonly #flush = (): void => {
    this.#isDue = false
    const text = this.#takeText()
    if (text !== '') this.#isFull = this.#redis.stream?.write(text) === false
    if (!this.#isCorked) return
    this.#isCorked = false
    this.#redis.stream?.uncork()
  }

  constructor(redis: HostRedis, module: IoredisModule) {
    this.#redis = redis
    sendUnseen(redis)
    this.#isKnown = isKnown(redis.sendCommand, module)
    this.#stream = {
      isPipeline: true,
      destination: { redis },
      write: (bytes: string | Buffer): void => this.#gather(bytes),
    }
  }

  /** How many commands have not been handed to the host. */
  get held(): number {
    return this.#held.length
  }

  /** Sends a command, as soon as the socket takes it. */
  write(command: HostCommand): void {
    if (this.#isFull) this.#held.push(command)
    else this.#hand(command)
  }

  /** The same for a command that the host would only write and put into its queue, which is then done here. */
  writePlain(command: CarriedCommand): void {
    if (this.#isFull) return this.write(command)
    if (!this.#isDue) this.#begin()
    if (!this.#isPlain || isPrepared(command)) return this.#hand(command)
    const { commandQueue, condition, stream } = this.#redis
    command.setReplyContext(condition)
    this.#gather(command.toWritable(stream as object))
    commandQueue.push(command)
  }

  /** The socket takes more: what is held is written in order, until it has enough again. */
  onDrain(): void {
    const held = this.#held
    let at = 0
    this.#isFull = false
    for (; at < held.length && !this.#isFull; at += 1) this.#hand(held[at] as HostCommand)
    this.#held = held.slice(at)
  }

  /** Gives what was never written back to its senders: no byte of it will be. */
  giveBack(cause: unknown): void {
    const never = this.#held.splice(0)
    this.#text = ''
    for (; this.#gathered > 0; this.#gathered -= 1) {
      const item = this.#redis.commandQueue.pop()
      if (item !== undefined) never.unshift(item.command)
    }
    for (;;) {
      // What the host itself has not written, as its socket was ending.
      const item = this.#redis.offlineQueue.shift()
      if (item === undefined) break
      never.push(item.command)
    }
    for (const command of never) command.reject(new NeverSent(cause))
  }

  #hand(command: HostCommand): void {
    if (isPrepared(command)) {
      this.#writeText()
      this.#redis.sendCommand(command)
    } else this.#redis.sendCommand(command, this.#stream)
  }

  #gather(bytes: string | Buffer): void {
    if (typeof bytes === 'string') {
      this.#text += bytes
      this.#gathered += 1
      if (this.#text.length >= MOST_TEXT) this.#writeText()
    } else {
      this.#writeText()
      this.#writePiece(bytes)
    }
    if (!this.#isDue) this.#begin()
  }

  #begin(): void {
    this.#isDue = true
    process.nextTick(this.#flush)
    this.#isPlain = this.#isKnown && takesPlainly(this.#redis)
  }

  /** Writes what was gathered before the turn has ended. */
  #writeText(): void {
    const text = this.#takeText()
    if (text !== '') this.#writePiece(text)
  }

  #writePiece(piece: string | Buffer): void {
    if (!this.#isCorked) this.#redis.stream?.cork()
    this.#isCorked = true
    this.#isFull = this.#redis.stream?.write(piece) === false
  }

  #takeText(): string {
    const text = this.#text
    this.#text = ''
    this.#gathered = 0
    return text
  }
}

/** What prepares the fieldsets of HIMPORT, and forgets them, the host does only where it writes by itself. */
function isPrepared({ name }: HostCommand): boolean {
  return name === 'himport' || name === 'reset'
}
