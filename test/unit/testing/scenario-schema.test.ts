import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { createScenarioSchema, parseScenario } from '../../../src/testing/index.js'
import { SCENARIO_FILES, SCENARIO_FOLDER } from '../../scenario/scenario-files.js'

const PUBLISHED = '../../../spec/scenario.schema.json'
const validate = new Ajv({ allErrors: true, strict: false }).compile(createScenarioSchema())
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, SCENARIO_FOLDER), 'utf8'))
const [plain = '', pool = ''] = [SCENARIO_FILES[0], SCENARIO_FILES.find(name => name.startsWith('pool-'))]

describe('the JSON Schema of scenarios', () => {
  it('is published as it is made: npm run schema brings it up to date', async () => {
    await expect(`${JSON.stringify(createScenarioSchema(), undefined, 2)}\n`).toMatchFileSnapshot(PUBLISHED)
  })

  it('takes every scenario of this project', () => {
    expect(SCENARIO_FILES.filter(name => !validate(read(name)))).toEqual([])
  })

  it.each([
    ['an unknown field', plain, { tittle: 'x' }],
    ['no expectation', plain, { expect: [] }],
    ['an unknown event', plain, { expect: [{ event: 'conected' }] }],
    ['an unknown step', plain, { steps: [{ at: 0, do: 'reconnect' }] }],
    ['a negative time', plain, { steps: [{ at: -1, do: 'connect' }] }],
    ['a name of a node in capitals', plain, { nodes: { A: {} } }],
    ['a forbidden command in small letters', plain, { nodes: { a: { forbids: ['set'] } } }],
    ['a pool with the end of a client', plain, { pool: { minimum: 1, maximum: 2 } }],
    ['a pool without a size', pool, { pool: { minimum: 1 } }],
  ])('refuses %s, as the reader does', (_, name, change) => {
    const changed = { ...(read(name) as object), ...change }
    expect(validate(changed)).toBe(false)
    expect(() => parseScenario(changed)).toThrow('Not a scenario')
  })

  it('may be named by a file, by its path', () => {
    const named = { ...(read(plain) as object), $schema: './node_modules/redis-hitless/spec/scenario.schema.json' }
    expect(validate(named)).toBe(true)
    expect(parseScenario(named).$schema).toContain('scenario.schema.json')
  })
})
