import { processTerminal } from './demo/terminal.js'
import { runSimulate } from './simulate/main.js'

// The program behind `npm run simulate:fleet`.

process.exitCode = await runSimulate(process.argv.slice(2), processTerminal())
