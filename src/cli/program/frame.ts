import { explainArguments } from './argument-error.js'
import { textOf } from './error-text.js'
import type { Terminal } from './terminal.js'

/** What every program can be asked for. */
export interface CommonArgs {
  readonly json: boolean
  readonly help: boolean
}

/** How `node:util` reads {@link CommonArgs}. */
export const COMMON_OPTIONS: {
  readonly [Name in keyof CommonArgs]: { readonly type: 'boolean'; readonly default: false }
} = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
}

/** What a program found out. */
export interface Finding {
  /** Whether everything is as it should be. */
  readonly ok: boolean
  /** The same for machines; `undefined` where everything was told before. */
  readonly report: object | undefined
  /** The same for people. */
  readonly lines: readonly string[]
  /** How many decimals numbers of the report have at most. Default all of them. */
  readonly decimals?: number
}

/** What is special to one program. */
export interface Program<Args extends CommonArgs> {
  readonly usage: string
  /** Throws what is wrong with the arguments. */
  readonly parse: (argv: readonly string[]) => Args
  /** Does the work; `undefined` where somebody interrupted it. What it throws is told, and counts as a failure. */
  readonly run: (args: Args) => Promise<Finding | undefined>
}

/** What a program needs in order to talk. */
export type Output = Pick<Terminal, 'print' | 'complain'>

/** The exit codes of all programs. */
export const EXIT = { well: 0, faulty: 1, usage: 2, interrupted: 130 } as const

/** Runs a program. Resolves with the exit code; never rejects. */
export async function runProgram<Args extends CommonArgs>(
  { usage, parse, run }: Program<Args>,
  argv: readonly string[],
  output: Output,
): Promise<number> {
  let args: Args
  try {
    args = parse(argv)
  } catch (error) {
    const reason = explainArguments(error, usage)
    tell(output, argv.includes('--json'), { error: reason, more: `\n\n${usage}` })
    return EXIT.usage
  }
  if (args.help) {
    output.print(usage)
    return EXIT.well
  }
  try {
    const finding = await run(args)
    if (finding === undefined) return EXIT.interrupted
    for (const line of args.json ? stringify(finding) : finding.lines) output.print(line)
    return finding.ok ? EXIT.well : EXIT.faulty
  } catch (error) {
    tell(output, args.json, { error: textOf(error) })
    return EXIT.faulty
  }
}

/** Tells what went wrong: to machines among the results, to people apart from them. */
export function tell(
  { print, complain }: Output,
  json: boolean,
  { error, more = '' }: { readonly error: string; readonly more?: string },
): void {
  if (json) print(JSON.stringify({ ok: false, error }))
  else complain(`${error}${more}`)
}

function stringify({ report, decimals }: Finding): readonly string[] {
  if (report === undefined) return []
  const round = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && decimals !== undefined ? Number(value.toFixed(decimals)) : value
  return [JSON.stringify(report, round, 2)]
}
