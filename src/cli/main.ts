#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from './command-line/commands.js'
import { runCommandLine } from './command-line/run-command-line.js'
import { interruption } from './program/interruption.js'
import { processTerminal } from './program/terminal.js'

// The program behind `npx redis-hitless`.

const pathOf = (program: string): string => fileURLToPath(new URL(`./${program}.js`, import.meta.url))
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

let signal: AbortSignal | undefined

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    terminal: processTerminal(),
    input: process.stdin,
    // Commands that do not ask for it are ended by the system.
    get signal() {
      signal ??= interruption()
      return signal
    },
    programs: { player: pathOf('player/player-main'), path: pathOf },
    scenarios: fileURLToPath(new URL('../../spec/scenarios/', import.meta.url)),
    version,
  },
  COMMANDS,
)
