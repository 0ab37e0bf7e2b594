import type { FacadeParts } from './parts.js'

/** The commands that set something up on the connection, which every further connection must have as well. */
export function sessionMembers({ link }: FacadeParts): object {
  const { dispatcher, session } = link

  const select = async (database: number): Promise<void> => {
    await dispatcher.command(['SELECT', String(database)], undefined)
  }
  const watch = (key: unknown): Promise<unknown> => dispatcher.run(({ client }) => client.WATCH(key))
  const unwatch = (): Promise<unknown> =>
    dispatcher.run(async connection => {
      const reply = await connection.client.UNWATCH()
      connection.forgetWatch()
      return reply
    })
  const monitor = async (callback: (reply: never) => unknown): Promise<void> => {
    await dispatcher.run(({ client }) => client.MONITOR(callback))
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
      await dispatcher.run(async connection => {
        await connection.client.reset()
        session.reset()
        await link.connections.askAgain(connection)
      })
    },
  }
}
