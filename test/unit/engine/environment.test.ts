import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../src/engine/environment.js'

const AGE = 'REDIS_HITLESS_MAX_CONNECTION_AGE_MS'
const IDLE = 'REDIS_HITLESS_MAX_CONNECTION_IDLE_MS'

describe('the environment', () => {
  it('says nothing where no variable is set', () => {
    expect(readEnvironment({ PATH: '/bin' })).toEqual({ age: {} })
  })

  it('sets limits in milliseconds', () => {
    const environment = readEnvironment({ [AGE]: '3600000', [IDLE]: ' 600000 ' })
    expect(environment.age).toEqual({ maxAgeMs: 3_600_000, maxIdleMs: 600_000 })
  })

  it('rules a limit out by an empty variable', () => {
    expect(readEnvironment({ [AGE]: '', [IDLE]: ' ' }).age).toEqual({ maxAgeMs: false, maxIdleMs: false })
  })

  it.each(['an hour', '0', '-5', '1h', 'Infinity', 'false'])(
    'is refused where a limit is %s, by its variable',
    text => {
      const refused = expect.objectContaining({
        code: 'OPTIONS_INVALID',
        message: expect.stringContaining(IDLE),
        facts: { problems: [expect.stringContaining(`${IDLE}: must be a positive number`)] },
      })
      expect(() => readEnvironment({ [IDLE]: text })).toThrow(refused)
    },
  )
})
