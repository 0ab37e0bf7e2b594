import type { ChosenProvider } from '../../core/provider/provider.js'
import type { ServerUrl } from '../program/server-url.js'
import type { Greeted } from './check-server.js'

/** What the advice goes by. */
export interface Found {
  readonly server: ServerUrl
  readonly greeted: Greeted
  readonly provider: ChosenProvider['provider']
  readonly announces: boolean
  /** Whether the server is told by its name. */
  readonly isNamed: boolean
}

/** What redis-hitless does with this server, in sentences. */
export function predict({ announces, isNamed, provider, greeted }: Found): readonly string[] {
  const lines: string[] = []
  if (greeted.protocol === 2)
    lines.push('It works as over RESP2: nothing is announced, and everything else below holds.')
  if (announces) {
    lines.push(
      'It asks for notifications, relaxes timeouts while maintenance runs, and moves connections before the server closes them.',
    )
  } else if (provider.startsWith('azure')) {
    lines.push('It listens to the channel AzureRedisEvents, and acts on what Azure announces there.')
  } else {
    lines.push(
      'Nothing is announced here. It finds out by itself: refused writes, connections without answers, and a server that is away.',
    )
  }
  lines.push(
    isNamed
      ? 'It compares the address in use with the name, and moves connections whose address is gone.'
      : 'It cannot follow the server to another address, as no name is configured.',
  )
  return lines
}

/** The options that fit this server; none where the defaults do. */
export function suggest({ isNamed, greeted, announces, provider }: Found): readonly string[] {
  const options: string[] = []
  if (!isNamed && provider !== 'memorystore')
    options.push('configure a name in place of the address, where there is one')
  if (greeted.mode === 'cluster') options.push('createCluster in place of createClient')
  if (announces) options.push("maintNotifications: 'enabled', where the application must not run without announcements")
  return options
}
