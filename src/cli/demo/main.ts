import { fileURLToPath } from 'node:url'
import { processTerminal } from '../program/terminal.js'
import { runDemo } from './demo-program.js'

// The program behind `npm run demo`.

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

process.exitCode = await runDemo(process.argv.slice(2), {
  terminal: processTerminal(),
  signal: ending.signal,
  playerProgram: fileURLToPath(new URL('../player/player-main.js', import.meta.url)),
})
