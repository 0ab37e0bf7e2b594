import type { HostClient } from './internals.js'

/** A pipeline that was sent: its outcome, and that of each of its commands. */
export interface SentPipeline {
  readonly whole: Promise<unknown[]>
  readonly items: readonly Promise<unknown>[]
}

/**
 * Sends a pipeline and keeps hold of the commands in it. The host answers a pipeline as a whole, with the first error; which
 * of the others were executed is known to its queue alone.
 *
 * @param send - Queues all commands before it returns.
 */
export function collectItems(client: HostClient, send: () => Promise<unknown[]>): SentPipeline {
  const queue = client._getQueue()
  const items: Promise<unknown>[] = []
  const { addCommand } = queue
  queue.addCommand = (args, options) => {
    const item = addCommand.call(queue, args, options)
    items.push(item)
    return item
  }
  try {
    return { whole: send(), items }
  } finally {
    queue.addCommand = addCommand
  }
}
