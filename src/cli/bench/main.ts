import { fileURLToPath } from 'node:url'
import { interruption } from '../program/interruption.js'
import { processTerminal } from '../program/terminal.js'
import { runBench } from './bench-program.js'

// The program behind `npm run bench`.

process.exitCode = await runBench(process.argv.slice(2), {
  terminal: processTerminal(),
  signal: interruption(),
  playerProgram: fileURLToPath(new URL('../player/player-main.js', import.meta.url)),
  growthProgram: fileURLToPath(new URL('./growth/growth-main.js', import.meta.url)),
  importProgram: fileURLToPath(new URL('./weight/import-main.js', import.meta.url)),
  clientsProgram: fileURLToPath(new URL('./weight/clients-main.js', import.meta.url)),
  nodeProgram: fileURLToPath(new URL('./node/node-main.js', import.meta.url)),
  // As applications import it.
  clientModules: {
    '@redis/client': import.meta.resolve('redis-hitless/node-redis'),
    ioredis: import.meta.resolve('redis-hitless/ioredis'),
  },
  storeProgram: fileURLToPath(new URL('./store-main.js', import.meta.url)),
})
