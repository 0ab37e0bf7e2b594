import { fileURLToPath } from 'node:url'
import { interruption } from '../program/interruption.js'
import { processTerminal } from '../program/terminal.js'
import { runDemo } from './demo-program.js'

// The program behind `npm run demo`.

process.exitCode = await runDemo(process.argv.slice(2), {
  terminal: processTerminal(),
  signal: interruption(),
  playerProgram: fileURLToPath(new URL('../player/player-main.js', import.meta.url)),
})
