import { fileURLToPath } from 'node:url'
import { runBench } from './bench/main.js'
import { processTerminal } from './demo/terminal.js'

// The program behind `npm run bench`.

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

process.exitCode = await runBench(process.argv.slice(2), {
  terminal: processTerminal(),
  signal: ending.signal,
  playerProgram: fileURLToPath(new URL('./demo/player-main.js', import.meta.url)),
  growthProgram: fileURLToPath(new URL('./bench/growth-main.js', import.meta.url)),
  storeProgram: fileURLToPath(new URL('./bench/store-main.js', import.meta.url)),
})
