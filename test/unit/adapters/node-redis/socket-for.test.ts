import { describe, expect, it } from 'vitest'
import { socketFor } from '../../../../src/adapters/node-redis/host-module.js'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import type { Way } from '../../../../src/core/target.js'

const leadTo = (way: Way | undefined) =>
  socketFor({ options: {}, plan: { route: CONFIGURED, way }, tlsNameFromTarget: false })

describe('the lookup of one address', () => {
  it.each([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ])('answers with $address in the form asked for', ({ address, family }) => {
    const { lookup, connectTimeout } = leadTo({ address, connectTimeoutMs: 700 })
    const answers: unknown[] = []
    for (const options of [{}, { all: true }, { all: false }]) {
      lookup?.('redis.example', options, (...answer) => answers.push(answer))
    }
    const single = [null, address, family]
    expect(answers).toEqual([single, [null, [{ address, family }]], single])
    expect(connectTimeout).toBe(700)
  })

  it('leaves the options alone where there is no name', () => {
    expect(leadTo(undefined)).toEqual({})
  })
})
