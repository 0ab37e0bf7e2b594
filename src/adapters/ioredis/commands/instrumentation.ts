import type { HostCommand, HostRedis, PipelineStream } from '../ioredis-module.js'

/** What sends a command. Instrumentation wraps it, and keeps what it has wrapped, so that it can take that back. */
export interface SendCommand {
  (this: HostRedis, command: HostCommand, stream?: PipelineStream, node?: unknown): unknown
  readonly __original?: SendCommand
}

/** What the host itself sends commands with, inside all that is wrapped around it. */
export function innermost(send: SendCommand): SendCommand {
  let inner = send
  while (inner.__original !== undefined) inner = inner.__original
  return inner
}

/** Has a connection send past instrumentation, which sees the application's commands and not the attempts of them. */
export function sendUnseen(redis: HostRedis): void {
  Object.defineProperty(redis, 'sendCommand', {
    value: innermost(redis.sendCommand),
    configurable: true,
    writable: true,
  })
}

/** Commands that instrumentation has seen: those of clusters come again when they are redirected. */
const seen = new WeakSet<HostCommand>()

const ended = new WeakMap<HostRedis, HostRedis>()

/**
 * Shows a command to the instrumentation that is wrapped around the host, which learns from then on when the command is
 * settled. What is inside it finds a client that has ended, and does no more than to reject the command.
 *
 * @param redis - The client whose place instrumentation is to tell.
 */
export function showOnce(send: SendCommand, redis: HostRedis, command: HostCommand): void {
  if (seen.has(command)) return
  seen.add(command)
  const { reject } = command
  let isShown = false
  command.reject = error => {
    if (isShown) reject(error)
  }
  send.call(endedViewOf(redis), command)
  isShown = true
}

function endedViewOf(redis: HostRedis): HostRedis {
  const known = ended.get(redis)
  if (known !== undefined) return known
  const view: HostRedis = Object.create(redis, { status: { value: 'end' } })
  ended.set(redis, view)
  return view
}
