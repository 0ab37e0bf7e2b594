import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES, HitlessError, isHitlessError } from '../../../src/base/errors.js'

describe('an error of this library', () => {
  test('has a code, a message, and by default is not retryable and knows no facts', () => {
    const error = new HitlessError('GATE_FULL', 'Too many')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'HitlessError',
      code: 'GATE_FULL',
      message: 'Too many',
      retryable: false,
      facts: {},
    })
    expect('cause' in error).toBe(false)
  })

  test('carries its cause and facts', () => {
    const cause = new Error('below')
    const error = new HitlessError('WIRE_PROTOCOL', 'Bad', { retryable: true, cause, facts: { offset: 3 } })
    expect(error).toMatchObject({ cause, retryable: true, facts: { offset: 3 } })
  })

  test('is recognised by its mark, not by its class, which may be loaded twice', () => {
    const error = new HitlessError('GATE_FULL', 'Too many')
    const foreign = Object.assign(new Error('Too many'), {
      code: 'GATE_FULL',
      [Symbol.for('redis-hitless.error')]: true,
    })
    expect(isHitlessError(error)).toBe(true)
    expect(isHitlessError(foreign, 'GATE_FULL')).toBe(true)
    expect(isHitlessError(foreign, 'WIRE_LIMIT')).toBe(false)
  })

  test.each([undefined, null, 'GATE_FULL', 1, new Error('plain'), { code: 'GATE_FULL' }])('is not %o', value => {
    expect(isHitlessError(value)).toBe(false)
  })

  test('keeps its mark out of sight', () => {
    expect(Object.keys(new HitlessError('GATE_FULL', 'Too many'))).not.toContain('Symbol(redis-hitless.error)')
    expect(JSON.stringify(new HitlessError('GATE_FULL', 'Too many'))).not.toContain('Symbol')
  })
})

describe('the list of error codes', () => {
  const document = readFileSync(new URL('../../../spec/errors.md', import.meta.url), 'utf8')
  const sources = readdirSync(new URL('../../../src/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('errors.ts'))
    .map(name => readFileSync(new URL(`../../../src/${name}`, import.meta.url), 'utf8'))
    .join('\n')

  test.each(ERROR_CODES)('%s has a section in spec/errors.md', code => {
    expect(document).toMatch(new RegExp(`^## \`${code}\`$`, 'm'))
  })

  test.each(ERROR_CODES)('%s is thrown somewhere', code => {
    expect(sources).toContain(`'${code}'`)
  })

  test('spec/errors.md names no code that does not exist', () => {
    const named = [...document.matchAll(/^## `([A-Z_]+)`$/gm)].map(([, code]) => code)
    expect(named.sort()).toEqual([...ERROR_CODES].sort())
  })
})
