import { clientCommands } from './commands/client-commands.js'
import { commandOf } from './commands/command-commands.js'
import { connectionCommands } from './commands/connection-commands.js'
import { hashCommands } from './commands/hashes-commands.js'
import { keyCommands } from './commands/keys-commands.js'
import { listCommands } from './commands/lists-commands.js'
import { pubSubCommands } from './commands/pub-sub-commands.js'
import { scanCommands } from './commands/scans-commands.js'
import { serverCommands } from './commands/server-commands.js'
import { setCommands } from './commands/sets-commands.js'
import { stringCommands } from './commands/strings-commands.js'
import { transactionCommands } from './commands/transactions-commands.js'
import type { CommandSpec } from './specification.js'

const specs: readonly CommandSpec[] = [
  ...connectionCommands,
  ...clientCommands,
  ...serverCommands,
  ...keyCommands,
  ...stringCommands,
  ...listCommands,
  ...hashCommands,
  ...setCommands,
  ...scanCommands,
  ...transactionCommands,
  ...pubSubCommands,
]

/** Every command of the store, by its name in upper case. */
export const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map(
  [...specs, commandOf(specs)].map(spec => [spec.name, spec]),
)
