import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../../src/engine/database/hitless-environment.js'

const AGE = 'REDIS_HITLESS_MAX_CONNECTION_AGE_MS'
const IDLE = 'REDIS_HITLESS_MAX_CONNECTION_IDLE_MS'

describe('the environment', () => {
  it('says nothing where no variable is set', () => {
    expect(readEnvironment({ PATH: '/bin' })).toEqual({ isOff: false, age: {} })
  })

  it('sets limits in milliseconds', () => {
    const environment = readEnvironment({ [AGE]: '3600000', [IDLE]: ' 600000 ' })
    expect(environment.age).toEqual({ maxAgeMs: 3_600_000, maxIdleMs: 600_000 })
  })

  it('rules a limit out by an empty variable', () => {
    expect(readEnvironment({ [AGE]: '', [IDLE]: ' ' }).age).toEqual({ maxAgeMs: false, maxIdleMs: false })
  })

  it.each([
    ['off', true],
    [' OFF ', true],
    ['on', false],
    ['', false],
  ])('may switch everything off: "%s"', (text, isOff) => {
    expect(readEnvironment({ REDIS_HITLESS: text, [AGE]: '5' })).toEqual({ isOff, age: isOff ? {} : { maxAgeMs: 5 } })
  })

  it.each(['no', '0', 'false', 'offline'])('is refused where the switch says %s', value => {
    const facts = { problems: [`REDIS_HITLESS: must be "on" or "off", not "${value}"`] }
    expect(() => readEnvironment({ REDIS_HITLESS: value })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', facts }),
    )
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
