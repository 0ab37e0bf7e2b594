import * as ioredis from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import { expect, it } from 'vitest'
import { isKnown } from '../../../../src/adapters/ioredis/commands/plain-writing.js'
import type { HostCommand, HostRedis, IoredisModule } from '../../../../src/adapters/ioredis/ioredis-module.js'

const module = ioredis as unknown as IoredisModule

const isKnownOf = (host: IoredisModule): boolean => isKnown(host.Redis.prototype.sendCommand, host)

it('what the published versions do with a command that is only sent is known', () => {
  expect(isKnownOf(module)).toBe(true)
  expect(isKnownOf(ioredis5 as unknown as IoredisModule)).toBe(true)
})

it('a version that looks at more of a client or its options, or queues more, is left to send commands', () => {
  const isKnownWith = (look: (redis: HostRedis) => unknown): boolean => {
    class Redis extends module.Redis {
      override sendCommand(command: HostCommand, stream?: object): unknown {
        look(this)
        return super.sendCommand(command, stream)
      }
    }
    return isKnownOf({ ...module, Redis })
  }
  expect(isKnownWith(({ status }) => status)).toBe(true)
  expect(isKnownWith(redis => Reflect.get(redis, 'handOff'))).toBe(false)
  expect(isKnownWith(({ options }) => Reflect.get(options, 'handOff'))).toBe(false)
  expect(isKnownWith(({ commandQueue }) => commandQueue.push({ command: undefined }))).toBe(false)
})

it('what instrumentation puts into the place of the host sends commands itself', () => {
  class Redis extends module.Redis {}
  Redis.prototype.sendCommand = function (...given) {
    return module.Redis.prototype.sendCommand.apply(this, given)
  }
  expect(isKnownOf({ ...module, Redis })).toBe(false)
})
