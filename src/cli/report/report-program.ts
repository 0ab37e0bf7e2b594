import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { createReport } from '../../capture/index.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { readCaptureFile } from '../program/capture-file.js'
import { COMMON_OPTIONS, type CommonArgs, type Finding, runProgram } from '../program/frame.js'

interface ReportArgs extends CommonArgs {
  readonly files: readonly string[]
  readonly output: string
}

const REPORT_USAGE = `Usage: redis-hitless report <capture…> -o <file.html> [options]

Makes a page of captures: a summary, each client with its hand-offs and relaxed timeouts, each connection with announcements,
errors and the slowest answers. The page is one file that loads nothing and runs no script.

  -o, --output <file>   the page
  --json                prints one JSON object and nothing else
  --help                prints this

Examples
  redis-hitless report window.capture.jsonl -o window.html
  redis-hitless report before.capture.jsonl after.capture.jsonl -o both.html

Exit code: 0 when it was written, 1 when a capture cannot be read, 2 for bad arguments.`

/** Makes a page of captures. Resolves with the exit code; never rejects. */
export function runReport(argv: readonly string[], { terminal }: Pick<CommandParts, 'terminal'>): Promise<number> {
  return runProgram({ usage: REPORT_USAGE, parse: parseReportArgs, run: report }, argv, terminal)
}

async function report({ files, output }: ReportArgs): Promise<Finding> {
  const captures = []
  for (const file of files) {
    captures.push({ name: basename(file), capture: await readCaptureFile(file) })
  }
  const page = createReport(captures)
  await writeFile(output, page)
  const connections = captures.map(({ capture }) => capture.entries.filter(({ type }) => type === 'opened').length)
  const lines = captures.map(({ name }, index) => `${name}: ${countOf(connections[index] ?? 0)}`)
  return { ok: true, report: { output, bytes: Buffer.byteLength(page), connections }, lines: [...lines, output] }
}

function countOf(connections: number): string {
  return `${connections} connection${connections === 1 ? '' : 's'}`
}

function parseReportArgs(argv: readonly string[]): ReportArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o', default: '' }, ...COMMON_OPTIONS },
  })
  const { help, output } = values
  if (!help && positionals.length === 0) throw new RangeError('The capture is missing: redis-hitless report <capture…>')
  if (!help && output === '') throw new RangeError('--output is missing: the file of the page')
  return { ...values, files: positionals }
}
