import { parseArgs } from 'node:util'
import { expect, it } from 'vitest'
import { explainArguments } from '../../../../src/cli/program/argument-error.js'

const USAGE = 'Usage: program\n  --keep-values   keeps them\n  --json   prints JSON\n  -o, --output <file>'

function explain(...args: readonly string[]): string {
  try {
    parseArgs({ args: [...args], options: { json: { type: 'boolean' }, output: { type: 'string', short: 'o' } } })
    return expect.unreachable()
  } catch (error) {
    return explainArguments(error, USAGE)
  }
}

it('names the option that may be meant', () => {
  expect(explain('--jsno')).toBe('There is no option --jsno; did you mean --json?')
  expect(explain('--keep-value=secret')).toBe('There is no option --keep-value; did you mean --keep-values?')
})

it('names none where none is close', () => {
  expect(explain('--explode')).toBe('There is no option --explode')
  expect(explain('-x')).toBe('There is no option -x')
})

it('does not repeat an argument that is not expected', () => {
  expect(explain('redis://:secret@host')).toBe('There is an argument too many: this command takes options only')
})

it('says what an option lacks', () => {
  expect(explain('--output')).toMatch(/--output <value>' argument missing/)
})
