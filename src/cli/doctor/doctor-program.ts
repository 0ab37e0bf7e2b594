import { parseArgs } from 'node:util'
import type { CommandParts } from '../command-line/cli-command.js'
import { toColumns } from '../program/columns.js'
import { COMMON_OPTIONS, type CommonArgs, type Finding, runProgram } from '../program/frame.js'
import { parseServerUrl, type ServerUrl } from '../program/server-url.js'
import type { Check } from './check.js'
import { type Diagnosis, examine } from './examine.js'

interface DoctorArgs extends CommonArgs {
  readonly server: ServerUrl
}

const DOCTOR_USAGE = `Usage: redis-hitless doctor <url> [options]

Examines a server: its name, TLS, protocol, role, provider, announcements, rights of the user, room for connections. Says what
redis-hitless does with it, and which options fit. It asks questions only, and changes nothing.

  --json   prints one JSON object and nothing else
  --help   prints this

The password may be in the URL, or in the environment variable REDISCLI_AUTH. It is never printed, and not sent to a server with a
certificate for another name.

Examples
  redis-hitless doctor redis://localhost:6379
  REDISCLI_AUTH=… redis-hitless doctor rediss://default@redis.example:6380 --json

Exit code: 0 when nothing is wrong, 1 when something is, 2 for bad arguments.`

const MARKS = { ok: 'ok', note: 'note', warning: 'WARNING', fault: 'FAULT' } as const
const COLORS = { ok: 32, note: 36, warning: 33, fault: 31 } as const

/** Examines a server. Resolves with the exit code; never rejects. */
export function runDoctor(argv: readonly string[], { terminal }: Pick<CommandParts, 'terminal'>): Promise<number> {
  const run = async ({ server }: DoctorArgs): Promise<Finding> => {
    const diagnosis = await examine(server)
    const ok = diagnosis.checks.every(({ status }) => status !== 'fault')
    return { ok, report: { ok, ...diagnosis }, lines: linesOf(diagnosis, terminal.color), decimals: 3 }
  }
  return runProgram({ usage: DOCTOR_USAGE, parse: parseDoctorArgs, run }, argv, terminal)
}

function parseDoctorArgs(argv: readonly string[]): DoctorArgs {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: COMMON_OPTIONS })
  const [url = values.help ? 'localhost' : '', ...others] = positionals
  if (url === '') throw new RangeError('The server is missing: redis-hitless doctor <url>')
  if (others.length > 0) throw new RangeError('One server at a time can be examined')
  return { server: parseServerUrl(url), ...values }
}

function linesOf({ server, checks, prediction, suggestions }: Diagnosis, color: boolean): readonly string[] {
  const table = toColumns(
    checks.map(({ name, status, text }) => [MARKS[status], name, text]),
    { isText: () => true },
  )
  return [
    server,
    '',
    ...table.map((line, index) => (color ? paint(line, checks[index]) : line)),
    ...section('What redis-hitless does here', prediction),
    ...section('Options that fit', suggestions),
  ]
}

function paint(line: string, check: Check | undefined): string {
  const mark = MARKS[check?.status ?? 'ok']
  return `\u001b[${COLORS[check?.status ?? 'ok']}m${mark}\u001b[0m${line.slice(mark.length)}`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)]
}
