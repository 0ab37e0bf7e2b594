import type { FacadeParts } from './parts.js'

/** The commands that set something up on the connection, which every further connection must have as well. */
export function sessionMembers({ slot }: FacadeParts): object {
  const { traffic, session } = slot

  const select = async (database: number): Promise<void> => {
    await traffic.command(['SELECT', String(database)], undefined)
  }
  const watch = (key: unknown): Promise<unknown> => traffic.run(({ client }) => client.WATCH(key))
  const unwatch = (): Promise<unknown> =>
    traffic.run(async generation => {
      const reply = await generation.client.UNWATCH()
      generation.forgetWatch()
      return reply
    })
  const monitor = async (callback: (reply: never) => unknown): Promise<void> => {
    await traffic.run(({ client }) => client.MONITOR(callback))
    session.monitor = callback
  }

  return {
    SELECT: select,
    select,
    WATCH: watch,
    watch,
    UNWATCH: unwatch,
    unwatch,
    MONITOR: monitor,
    monitor,
    async reset(): Promise<void> {
      await traffic.run(async generation => {
        await generation.client.reset()
        session.reset()
        await slot.connections.askAgain(generation)
      })
    },
  }
}
