import { costOf } from '../rounds.js'
import type { ImportCost } from './messages.js'

// The program of a process of its own that imports one module. What it imports itself is no part of the library, so that
// nothing of what is measured is there already.

const [, , module = ''] = process.argv
process.on('disconnect', () => process.exit(0))
const cost: ImportCost = await costOf(async () => void (await import(module)))
process.send?.(cost)
