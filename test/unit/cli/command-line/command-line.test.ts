import { describe, expect, it } from 'vitest'
import type { Command, CommandParts } from '../../../../src/cli/command-line/cli-command.js'
import { COMMANDS } from '../../../../src/cli/command-line/commands.js'
import { runCommandLine } from '../../../../src/cli/command-line/run-command-line.js'
import { CapturedTerminal } from '../../../support/captured-terminal.js'

const ECHO: Command = {
  name: 'watch',
  summary: 'echoes',
  load: () =>
    Promise.resolve((argv, { terminal }) => {
      terminal.print(argv.join(' '))
      return Promise.resolve(7)
    }),
}
const MISSING: Command = {
  name: 'broken',
  summary: 'lacks a package',
  load: () =>
    Promise.reject(
      Object.assign(new Error("Cannot find package 'ioredis' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' }),
    ),
}

async function run(argv: readonly string[], commands: readonly Command[] = [ECHO, MISSING]) {
  const terminal = new CapturedTerminal()
  const parts: CommandParts = {
    terminal,
    input: (async function* () {})(),
    signal: AbortSignal.any([]),
    programs: { player: '', path: program => program },
    scenarios: 'spec/scenarios/',
    version: '1.2.3',
  }
  const code = await runCommandLine(argv, parts, commands)
  return { code, printed: terminal.text, complained: terminal.complained.join('\n') }
}

describe('the command line', () => {
  it('runs the command that is named, with what stands behind it', async () => {
    expect(await run(['watch', '--json', 'x'])).toEqual({ code: 7, printed: '--json x', complained: '' })
  })

  it.each([[['--help']], [['-h']], [['help']]])('%j lists every command', async argv => {
    const { code, printed, complained } = await run(argv, COMMANDS)
    expect({ code, complained }).toEqual({ code: 0, complained: '' })
    expect(
      COMMANDS.filter(({ name, summary }) => !printed.includes(`  ${name} `) || !printed.includes(summary)),
    ).toEqual([])
  })

  it('help with a command asks that command', async () => {
    expect(await run(['help', 'watch'])).toMatchObject({ code: 7, printed: '--help' })
  })

  it('--version prints the version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, printed: '1.2.3', complained: '' })
  })

  it('without a command says how it is called, and fails', async () => {
    expect(await run([])).toMatchObject({ code: 2, printed: '', complained: expect.stringContaining('Usage:') })
  })

  it.each([
    ['wach', /There is no command "wach"; did you mean watch\?/],
    ['WATCHES', /did you mean watch\?/],
    ['explode', /There is no command "explode"\n/],
    ['--json', /There is no command "--json"/],
    ['redis://:secret@h', /^The command is missing before the URL\n\nCommands: [^:]+$/],
  ])('refuses %s with what may be meant', async (name, message) => {
    const { code, complained } = await run([name])
    expect(code).toBe(2)
    expect(complained).toMatch(message)
  })

  it('refuses what it does not know in JSON where that is asked for', async () => {
    const { code, printed } = await run(['wach', '--json'])
    expect({ code, ...JSON.parse(printed) }).toEqual({ code: 2, ok: false, error: expect.stringContaining('watch?') })
  })

  it('names the package that a command lacks', async () => {
    expect(await run(['broken'])).toMatchObject({
      code: 1,
      complained: 'ioredis is not installed: npm install ioredis',
    })
  })
})

describe.each(
  COMMANDS.filter(({ name }) => !/^(?:bench|demo|fleet)$/.test(name)).map(command => [command.name, command] as const),
)('the command %s', (name, command) => {
  it('explains itself with --help', async () => {
    const { code, printed } = await run([name, '--help'], [command])
    expect(code).toBe(0)
    expect(printed).toMatch(/^Usage: /)
    expect(printed).toContain('--json')
  })

  it('refuses an option that it does not know', async () => {
    const { code, complained } = await run([name, '--no-such-option'], [command])
    expect(code).toBe(2)
    expect(complained).toContain('--no-such-option')
  })
})
