import { describe, expect, it } from 'vitest'
import { type CommonArgs, type Finding, runProgram } from '../../../../src/cli/program/frame.js'
import { CapturedTerminal } from '../../../support/captured-terminal.js'

const FOUND: Finding = { ok: true, report: { count: 2, tookMs: 1.234_56 }, lines: ['found two', 'in a moment'] }

/** Runs a program that takes `--json` and `--help`, and does what it is told. */
async function run(does: () => Promise<Finding | undefined>, ...argv: readonly string[]) {
  const { print, complain, printed, complained } = new CapturedTerminal()
  const parse = (given: readonly string[]): CommonArgs => {
    if (given.includes('--wrong')) throw new RangeError('--wrong is wrong')
    return { json: given.includes('--json'), help: given.includes('--help') }
  }
  const code = await runProgram({ usage: 'Usage: program', parse, run: does }, argv, { print, complain })
  return { code, printed, complained }
}

function finding(given: Partial<Finding> = {}): () => Promise<Finding> {
  return () => Promise.resolve({ ...FOUND, ...given })
}

const unused = (): never => expect.unreachable()

describe('a program', () => {
  it('prints what it found out in lines, and exits with 0 where all is well', async () => {
    expect(await run(finding())).toEqual({ code: 0, printed: ['found two', 'in a moment'], complained: [] })
  })

  it('exits with 1 where something is not as it should be', async () => {
    expect(await run(finding({ ok: false }))).toMatchObject({ code: 1, printed: ['found two', 'in a moment'] })
  })

  it('--json prints one JSON object and nothing else', async () => {
    const { code, printed } = await run(finding(), '--json')
    expect([code, printed.map(text => JSON.parse(text))]).toEqual([0, [{ count: 2, tookMs: 1.234_56 }]])
  })

  it('--json leaves out decimals that mean nothing', async () => {
    const { printed } = await run(finding({ decimals: 3 }), '--json')
    expect(printed.map(text => JSON.parse(text))).toEqual([{ count: 2, tookMs: 1.235 }])
  })

  it('--help prints how it is called, and does nothing', async () => {
    expect(await run(unused, '--help')).toEqual({ code: 0, printed: ['Usage: program'], complained: [] })
  })

  it('says what is wrong with its arguments and how it is called, and exits with 2', async () => {
    const complained = ['--wrong is wrong\n\nUsage: program']
    expect(await run(unused, '--wrong')).toEqual({ code: 2, printed: [], complained })
  })

  it('says what went wrong, and exits with 1', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('There is no server'))
    expect(await run(fail)).toEqual({ code: 1, printed: [], complained: ['There is no server'] })
  })

  it('prints nothing when it was interrupted, and exits with 130', async () => {
    const interrupted = (): Promise<undefined> => Promise.resolve(undefined)
    expect(await run(interrupted, '--json')).toEqual({ code: 130, printed: [], complained: [] })
  })
})

describe('a program that is asked for JSON', () => {
  it('says what went wrong in JSON', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('There is no server'))
    const printed = ['{"ok":false,"error":"There is no server"}']
    expect(await run(fail, '--json')).toEqual({ code: 1, printed, complained: [] })
  })

  it('says what is wrong with its arguments in JSON', async () => {
    const printed = ['{"ok":false,"error":"--wrong is wrong"}']
    expect(await run(unused, '--json', '--wrong')).toEqual({ code: 2, printed, complained: [] })
  })
})
