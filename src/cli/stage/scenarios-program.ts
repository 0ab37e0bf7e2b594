import { parseArgs } from 'node:util'
import type { CommandParts } from '../command-line/cli-command.js'
import { toColumns } from '../program/columns.js'
import { COMMON_OPTIONS, type CommonArgs, type Finding, runProgram } from '../program/frame.js'
import { describeStep } from './describe-step.js'
import { findScenario, readShelf, serverSteps } from './scenario-shelf.js'

interface ScenariosArgs extends CommonArgs {
  readonly name: string | undefined
  readonly all: boolean
}

const SCENARIOS_USAGE = `Usage: redis-hitless scenarios [name] [options]

Lists the scenarios that redis-hitless simulate can play, or describes one: what its servers do, and when.

  --all    lists all of them, not only those to begin with
  --json   prints one JSON object and nothing else
  --help   prints this

Examples
  redis-hitless scenarios
  redis-hitless scenarios dead-target
  redis-hitless scenarios ./my-window.json

Exit code: 0, 1 when there is no such scenario, 2 for bad arguments.`

/** Lists scenarios. Resolves with the exit code; never rejects. */
export function runScenarios(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = ({ name, all }: ScenariosArgs): Promise<Finding> =>
    name === undefined ? list(parts.scenarios, all) : describe(parts.scenarios, name)
  return runProgram({ usage: SCENARIOS_USAGE, parse: parseScenariosArgs, run }, argv, parts.terminal)
}

function parseScenariosArgs(argv: readonly string[]): ScenariosArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false }, ...COMMON_OPTIONS },
  })
  const [name, ...others] = positionals
  if (others.length > 0) throw new RangeError('One scenario at a time can be described')
  return { name, ...values }
}

async function list(folder: string, all: boolean): Promise<Finding> {
  const shelf = (await readShelf(folder)).filter(({ isRehearsal }) => all || isRehearsal)
  const report = shelf.map(({ name, isRehearsal, scenario: { title, why } }) => ({ name, title, why, isRehearsal }))
  const table = toColumns(
    report.map(({ name, title }) => [name, title]),
    { isText: () => true },
  )
  return { ok: true, report, lines: table }
}

async function describe(folder: string, name: string): Promise<Finding> {
  const scenario = await findScenario(folder, name)
  const { title, why, nodes, configured } = scenario
  const steps = serverSteps(scenario)
  return {
    ok: true,
    report: { name, title, why, nodes, configured, steps },
    lines: [
      title,
      why,
      '',
      `nodes: ${Object.keys(nodes).join(', ')}; clients connect to ${configured}`,
      ...steps.map(step => `${(step.at / 1_000).toFixed(3).padStart(9)} s  ${describeStep(step)}`),
    ],
  }
}
