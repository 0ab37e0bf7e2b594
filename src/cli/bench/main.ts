import { fileURLToPath } from 'node:url'
import { processTerminal } from '../program/terminal.js'
import { runBench } from './bench-program.js'

// The program behind `npm run bench`.

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

process.exitCode = await runBench(process.argv.slice(2), {
  terminal: processTerminal(),
  signal: ending.signal,
  playerProgram: fileURLToPath(new URL('../player/player-main.js', import.meta.url)),
  growthProgram: fileURLToPath(new URL('./growth/growth-main.js', import.meta.url)),
  storeProgram: fileURLToPath(new URL('./store-main.js', import.meta.url)),
})
