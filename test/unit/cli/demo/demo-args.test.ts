import { describe, expect, it } from 'vitest'
import { parseDemoArgs } from '../../../../src/cli/demo/demo-args.js'
import { createPace, SCRIPT, SCRIPT_SECONDS } from '../../../../src/cli/rehearsal/script.js'

describe('the arguments of the demo', () => {
  it('have defaults', () => {
    expect(parseDemoArgs([])).toEqual({
      client: '@redis/client',
      backend: 'auto',
      speed: 1,
      compare: false,
      json: false,
      help: false,
    })
  })

  it('are taken as they are', () => {
    expect(
      parseDemoArgs(['--client', 'ioredis', '--backend', 'store', '--speed=4', '--compare', '--json', '--help']),
    ).toEqual({
      client: 'ioredis',
      backend: 'store',
      speed: 4,
      compare: true,
      json: true,
      help: true,
    })
  })

  it('--seconds is the speed at which the script takes about that long', () => {
    expect(parseDemoArgs(['--seconds', String(SCRIPT_SECONDS * 2)]).speed).toBe(0.5)
  })

  it.each([
    [['--backend', 'docker'], /--backend must be one of auto, store, spawn/],
    [['--client', 'jedis'], /--client must be one of @redis\/client, ioredis/],
    [['--speed', '0'], /--speed must be a number from/],
    [['--speed', 'fast'], /--speed must be a number from/],
    [['--speed', '9'], /--speed must be a number from/],
    [['--seconds', '1'], /--seconds must be a number from/],
    [['--seconds', 'ten'], /--seconds must be a number from/],
    [['--speed', '2', '--seconds', '10'], /exclude each other/],
    [['--unknown'], /--unknown/],
    [['extra'], /extra/],
  ])('%j are refused with the reason', (argv, reason) => {
    expect(() => parseDemoArgs(argv)).toThrow(reason)
  })
})

describe('the script', () => {
  it('plays what it promises, in order', () => {
    expect(SCRIPT.map(({ id }) => id)).toEqual([
      'steady',
      'migrating',
      'migrated',
      'moving-slow',
      'moving-dead',
      'failing-over',
      'reset',
      'failed-over',
      'moving-repeated',
      'moving-unnamed',
      'steady-again',
    ])
  })

  it('has whole seconds of grace however fast it is played, as servers only announce these', () => {
    const pace = createPace(8)
    expect([pace.ms(4_000), pace.graceMs(4_000, 2_000), pace.graceMs(3_000, 1_000)]).toEqual([500, 2_000, 1_000])
    expect(createPace(0.8).graceMs(3_000, 1_000)).toBe(4_000)
  })
})
