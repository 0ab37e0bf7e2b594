import { processTerminal } from '../program/terminal.js'
import { runSimulate } from './fleet-program.js'

// The program behind `npm run simulate:fleet`.

process.exitCode = await runSimulate(process.argv.slice(2), processTerminal())
