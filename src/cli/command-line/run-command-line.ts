import { closestTo } from '../../base/closest-name.js'
import { toColumns } from '../program/columns.js'
import { textOf } from '../program/error-text.js'
import { EXIT, tell } from '../program/frame.js'
import type { Command, CommandParts } from './cli-command.js'

/** Runs the command that the arguments name. Resolves with the exit code; never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  parts: CommandParts,
  commands: readonly Command[],
): Promise<number> {
  const [name, ...rest] = argv
  const { print, complain } = parts.terminal
  if (name === '--version' || name === '-v') {
    print(parts.version)
    return EXIT.well
  }
  if (name === '--help' || name === '-h' || name === 'help') return help(rest, parts, commands)
  if (name === undefined) {
    complain(usageOf(commands))
    return EXIT.usage
  }
  const command = commands.find(known => known.name === name)
  if (command === undefined) {
    tell(parts.terminal, rest.includes('--json'), { error: unknown(name, commands) })
    return EXIT.usage
  }
  return run(command, rest, parts)
}

/** How the command line is called. */
function usageOf(commands: readonly Command[]): string {
  const table = toColumns(
    commands.map(({ name, summary }) => [`  ${name}`, summary]),
    { isText: () => true },
  )
  return [
    'Usage: redis-hitless <command> [options]',
    '',
    'Rehearses, watches and records the maintenance of Redis servers, for clients in any language.',
    '',
    ...table,
    '',
    '  --version   prints the version',
    '  --help      prints this; with a command, how that is called, with examples',
    '',
    'Every command takes --json. Colours are left out where the output is no terminal, or NO_COLOR is set.',
    'Exit code: 0 when all is well, 1 when it is not, 2 for bad arguments, 130 when interrupted.',
  ].join('\n')
}

function help([name]: readonly string[], parts: CommandParts, commands: readonly Command[]): number | Promise<number> {
  const command = commands.find(known => known.name === name)
  if (command !== undefined) return run(command, ['--help'], parts)
  if (name !== undefined) {
    parts.terminal.complain(unknown(name, commands))
    return EXIT.usage
  }
  parts.terminal.print(usageOf(commands))
  return EXIT.well
}

async function run(command: Command, argv: readonly string[], parts: CommandParts): Promise<number> {
  try {
    const runCommand = await command.load()
    return await runCommand(argv, parts)
  } catch (error) {
    // A package that the command needs is not installed.
    tell(parts.terminal, argv.includes('--json'), { error: missingPackage(error) ?? textOf(error) })
    return EXIT.faulty
  }
}

function missingPackage(error: unknown): string | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const [, name] = code === 'ERR_MODULE_NOT_FOUND' ? (/Cannot find package '([^']+)'/.exec(`${message}`) ?? []) : []
  return name === undefined ? undefined : `${name} is not installed: npm install ${name}`
}

function unknown(name: string, commands: readonly Command[]): string {
  const names = commands.map(command => command.name)
  // Not repeated: there may be a password in it.
  if (name.includes('://')) return `The command is missing before the URL\n\nCommands: ${names.join(', ')}`
  const meant = closestTo(name, names)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `There is no command ${JSON.stringify(name.slice(0, 40))}${hint}\n\nCommands: ${names.join(', ')}\nredis-hitless --help explains them`
}
