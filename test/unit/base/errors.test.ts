import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES, type ErrorCode, type ErrorFacts, HitlessError, isHitlessError } from '../../../src/base/errors.js'

describe('an error of this library', () => {
  test('has a code, a message, the facts of its code, and by default is not retryable', () => {
    const error = new HitlessError('GATE_FULL', 'Too many', { facts: { capacity: 1 } })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'HitlessError',
      code: 'GATE_FULL',
      message: 'Too many',
      retryable: false,
      executed: 'no',
      facts: { capacity: 1 },
    })
    expect('cause' in error).toBe(false)
  })

  test('carries its cause and facts', () => {
    const cause = new Error('below')
    const error = new HitlessError('WIRE_PROTOCOL', 'Bad', { retryable: true, cause, facts: { offset: 3 } })
    expect(error).toMatchObject({ cause, retryable: true, facts: { offset: 3 } })
  })

  test('is recognised by its mark, not by its class, which may be loaded twice', () => {
    const error = new HitlessError('GATE_FULL', 'Too many', { facts: { capacity: 1 } })
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
    expect(Object.keys(new HitlessError('GATE_FULL', 'Too many', { facts: { capacity: 1 } }))).not.toContain(
      'Symbol(redis-hitless.error)',
    )
    expect(JSON.stringify(new HitlessError('GATE_FULL', 'Too many', { facts: { capacity: 1 } }))).not.toContain(
      'Symbol',
    )
  })
})

/** The names of a union's members, all of them. */
type KeysOf<T> = T extends unknown ? keyof T : never

/** What the types demand, as data: a fact that is missing here, or is none, does not compile. */
const FACTS: { readonly [C in ErrorCode]: Readonly<Record<KeysOf<ErrorFacts[C]>, true>> } = {
  OPTIONS_INVALID: { problems: true },
  HOST_UNSUPPORTED: { missing: true, supported: true },
  MAINT_UNSUPPORTED: { reason: true },
  WIRE_PROTOCOL: { offset: true },
  WIRE_LIMIT: { offset: true },
  WIRE_UNSUPPORTED: { offset: true },
  HANDOFF_FAILED: { kind: true, endpoint: true, withinMs: true, limit: true, retryAfterMs: true },
  HANDOFF_QUEUE_FULL: { result: true },
  CIRCUIT_OPEN: { endpoint: true, retryAt: true },
  GATE_FULL: { capacity: true },
  FATE_UNKNOWN: { command: true },
  UNAVAILABLE: { retryAt: true, retryAfterMs: true },
  NOT_PRIMARY: { role: true, endpoint: true },
  PRIMARY_UNKNOWN: { name: true, sentinels: true },
  CONNECTION_UNRESPONSIVE: { unresponsiveForMs: true },
  SIGNAL_INVALID: { problems: true },
  REPLACEMENT_INVALID: { problems: true },
  SESSION_TORN: { command: true },
  SIMULATOR_SCRIPT: { problems: true },
  SIMULATOR_UNAVAILABLE: { kind: true, endpoint: true, package: true },
  CAPTURE_INVALID: { kind: true, line: true },
}

describe('whether a command was executed', () => {
  const document = readFileSync(new URL('../../../spec/errors.md', import.meta.url), 'utf8')

  test.each(ERROR_CODES)('is told of %s as the table of spec/errors.md has it', code => {
    const [, executed] = document.match(new RegExp(`^\\| \\[\`${code}\`\\].* \\| (no|unknown) \\|$`, 'm')) ?? []
    const facts = { problems: [], command: 'GET' } as never
    expect(executed).toBe(new HitlessError(code, 'An error', { facts }).executed)
  })
})

describe('the facts of an error', () => {
  const document = readFileSync(new URL('../../../spec/errors.md', import.meta.url), 'utf8')

  test.each(ERROR_CODES)('of %s are in the table of spec/errors.md, by their names', code => {
    const [row = ''] = document.match(new RegExp(`(?<=^\\| \`${code}\` \\| ).*(?= \\|$)`, 'm')) ?? []
    const named = [...row.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name)
    expect(named).toEqual(Object.keys(FACTS[code]))
  })

  test('are known by their types once the code is', () => {
    const error: unknown = new HitlessError('CIRCUIT_OPEN', 'Not now', { facts: { endpoint: null, retryAt: 5 } })
    if (!isHitlessError(error, 'CIRCUIT_OPEN')) throw error
    const { retryAt }: { readonly retryAt: number } = error.facts
    expect(retryAt).toBe(5)
  })
})

describe('the list of error codes', () => {
  const document = readFileSync(new URL('../../../spec/errors.md', import.meta.url), 'utf8')
  const sources = readdirSync(new URL('../../../src/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('errors.ts'))
    .map(name => readFileSync(new URL(`../../../src/${name}`, import.meta.url), 'utf8'))
    .join('\n')
  const folder = new URL('../../', import.meta.url)
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !name.endsWith('errors.test.ts'))
    .map(name => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')

  test.each(ERROR_CODES)('%s has a section in spec/errors.md', code => {
    expect(document).toMatch(new RegExp(`^## \`${code}\`$`, 'm'))
  })

  test.each(ERROR_CODES)('%s is thrown somewhere', code => {
    expect(sources).toContain(`'${code}'`)
  })

  test.each(ERROR_CODES)('%s is asserted by another test than this', code => {
    expect(tests).toContain(code)
  })

  test('spec/errors.md names no code that does not exist', () => {
    const named = [...document.matchAll(/^## `([A-Z_]+)`$/gm)].map(([, code]) => code)
    expect(named.sort()).toEqual([...ERROR_CODES].sort())
  })
})
