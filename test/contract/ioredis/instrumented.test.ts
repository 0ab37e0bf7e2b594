import { Redis as Host } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { connectRedis } from '../../support/ioredis-rig.js'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'

interface Sent {
  readonly name: string
  resolve: (reply: unknown) => unknown
}

type Send = (this: unknown, command: Sent, ...others: unknown[]) => unknown

/** Wraps what sends commands in the way of `@opentelemetry/instrumentation-ioredis`. Returns the names of those that were answered. */
function instrument(): readonly string[] {
  const answered: string[] = []
  const prototype = Host.prototype as unknown as { sendCommand: Send }
  const { sendCommand } = prototype
  const wrapped: Send = function (command, ...others) {
    const result = sendCommand.call(this, command, ...others)
    const { resolve } = command
    command.resolve = reply => {
      answered.push(command.name)
      return resolve(reply)
    }
    return result
  }
  prototype.sendCommand = Object.assign(wrapped, { __wrapped: true, __original: sendCommand })
  onTestFinished(() => {
    prototype.sendCommand = sendCommand
  })
  return answered
}

it('a command that instrumentation sees is answered, and seen once, across a hand-off', async () => {
  const answered = instrument()
  const nodes = await startTwoNodes()
  const redis = await connectRedis(nodes[0])
  const replies: Promise<unknown>[] = []
  await moveDuring(nodes, () => void replies.push(redis.incr('n'), redis.pipeline().get('n').exec()))
  await Promise.all(replies)
  expect(await redis.get('n')).toBe(String(replies.length / 2))
  expect(answered.filter(name => name === 'incr')).toHaveLength(replies.length / 2)
  expect(answered.filter(name => name === 'get')).toHaveLength(replies.length / 2 + 1)
})
