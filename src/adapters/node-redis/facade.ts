import { commandMembers } from './members/commands.js'
import { lifecycleMembers } from './members/lifecycle.js'
import type { FacadeParts } from './members/parts.js'
import { pubSubMembers } from './members/pubsub.js'
import { sessionMembers } from './members/session.js'
import { stateMembers } from './members/state.js'

/**
 * Turns a host client that never connects into the stable client that the application relaxations.
 *
 * The host's own machinery above `sendCommand` stays as it is: typed commands, modules, scripts, iterators, derived views
 * and the legacy interface all end there, or in the two functions that run blocks. Replacing just these makes every
 * object that the application ever got from the client act on the connection that serves when it is used.
 */
export function installFacade(client: object, parts: FacadeParts): void {
  // The host hands out an object that inherits from the client proper; the views that it derives inherit from that one.
  const target: object = Object.getPrototypeOf(client)
  const groups = [
    commandMembers(parts),
    sessionMembers(parts),
    pubSubMembers(parts),
    lifecycleMembers(parts),
    stateMembers(parts),
  ]
  for (const group of groups) Object.defineProperties(target, Object.getOwnPropertyDescriptors(group))
}
