import { clientCommands } from './commands/client.js'
import { connectionCommands } from './commands/connection.js'
import { hashCommands } from './commands/hashes.js'
import { keyCommands } from './commands/keys.js'
import { listCommands } from './commands/lists.js'
import { pubSubCommands } from './commands/pub-sub.js'
import { scanCommands } from './commands/scans.js'
import { serverCommands } from './commands/server.js'
import { setCommands } from './commands/sets.js'
import { stringCommands } from './commands/strings.js'
import { transactionCommands } from './commands/transactions.js'
import type { CommandSpec } from './specification.js'

/** Every command of the store, by its name in upper case. */
export const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map(
  [
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
  ].map(spec => [spec.name, spec]),
)
