import { createSimulator } from '../../simulator/index.js'

// The program of a process of its own that serves the built-in store, and tells its parent where.

const simulator = await createSimulator()
process.on('disconnect', () => process.exit(0))
process.send?.(simulator.node.url)
