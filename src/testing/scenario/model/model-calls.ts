import type { Clock } from '../../../base/clock.js'
import { isHitlessError } from '../../../base/errors.js'
import { CommandBlocks, type SentBlock } from '../../../engine/commands/multi/command-blocks.js'
import type { Link } from '../../../engine/link/link.js'
import type { ChannelKind, Words } from '../../../engine/ports.js'
import type { Connection } from '../../../engine/session/connection.js'
import { RespError } from '../../../wire/value.js'
import type { CallStep } from '../call-steps.js'
import { messageOf } from '../places.js'
import type { LogEntry } from '../scenario.js'
import type { ModelHost } from './model-host.js'

/** What the calls of an application need. */
export interface ModelCallsParts {
  readonly clock: Clock
  readonly host: ModelHost
  /** Is told how each call ends, and every message. */
  readonly record: (entry: LogEntry) => void
}

/** Lets a client do something, once there is a free one. */
export type WithLink = <T>(task: (link: Link) => Promise<T>) => Promise<T>

type Listener = (message: string, channel: string) => void

const KINDS: Readonly<Record<string, ChannelKind>> = { channels: 'CHANNELS', patterns: 'PATTERNS', sharded: 'SHARDED' }

/** What the application asks of its client. Each call is settled once, and the log has an entry of it. */
export class ModelCalls {
  readonly #parts: ModelCallsParts
  readonly #aborts = new Map<string, AbortController>()
  readonly #listeners = new Map<string, Listener>()
  readonly #open = new Set<string>()

  constructor(parts: ModelCallsParts) {
    this.#parts = parts
  }

  /** The names of the calls that are not settled. */
  get open(): readonly string[] {
    return [...this.#open]
  }

  /** Makes a call. */
  make(step: CallStep, withLink: WithLink): void {
    const { record, clock } = this.#parts
    const { as } = step
    this.#open.add(as)
    const settle = (entry: Pick<LogEntry, 'event' | 'reply' | 'message' | 'code'>): void => {
      this.#open.delete(as)
      record({ at: clock.now(), as, ...entry })
    }
    withLink(link => this.#perform(step, link)).then(
      reply => settle({ event: 'command:answered', ...(reply !== undefined && { reply: plainOf(reply) }) }),
      error => settle({ event: 'command:failed', ...codeOf(error), message: messageOf(error) }),
    )
  }

  /** Aborts a command. */
  abort(as: string): void {
    this.#aborts.get(as)?.abort()
  }

  #perform(step: CallStep, link: Link): Promise<unknown> {
    const { dispatcher } = link
    switch (step.do) {
      case 'send': {
        const abort = new AbortController()
        this.#aborts.set(step.as, abort)
        return dispatcher.command(step.command, { timeout: step.timeoutMs, abortSignal: abort.signal })
      }
      case 'watch':
        return dispatcher.command(['WATCH', ...step.keys], undefined)
      case 'block':
        return this.#block(step.commands, link)
      default:
        return this.#listen(step, link)
    }
  }

  /** As hosts do: MULTI, the commands and EXEC in one go. */
  #block(commands: readonly Words[], { path }: Link): Promise<unknown> {
    const { host } = this.#parts
    const send = (connection: Connection): SentBlock => {
      const items = [['MULTI'], ...commands, ['EXEC']].map(words => connection.send(words))
      return { whole: Promise.all(items).then(replies => answerOf(replies.at(-1), host)), items }
    }
    return new CommandBlocks(path).multi({ commands: commands.map(args => ({ args })), options: undefined, send })
  }

  #listen(step: Extract<CallStep, { do: 'subscribe' | 'unsubscribe' }>, { path }: Link): Promise<void> {
    const { as, channels, kind = 'channels' } = step
    const listener = this.#listeners.get(as) ?? this.#listenerOf(as)
    this.#listeners.set(as, listener)
    const listening = { listener, bufferMode: false }
    const which = KINDS[kind] ?? 'CHANNELS'
    if (step.do === 'subscribe') return path.pubSub.subscribe(which, channels, listening)
    return path.pubSub.unsubscribe(which, channels, listening)
  }

  #listenerOf(as: string): Listener {
    const { record, clock } = this.#parts
    return (message, channel) => record({ at: clock.now(), event: 'message', channel, message, as })
  }
}

/** EXEC has no answer where a watched key was changed. */
function answerOf(reply: unknown, { errors }: ModelHost): unknown[] {
  if (reply === null) throw errors.watch('One of the watched keys has been changed')
  return [reply].flat()
}

/** A reply as JSON. */
function plainOf(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(plainOf)
  if (reply instanceof RespError) return reply.message
  return Buffer.isBuffer(reply) ? reply.toString() : reply
}

function codeOf(error: unknown): { readonly code?: string } {
  return isHitlessError(error) ? { code: error.code } : {}
}
