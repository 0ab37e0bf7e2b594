import type { EventEmitter } from 'node:events'

/**
 * A signal that is aborted when somebody asks this process to end, or nobody reads any more what it prints. It then has to end by
 * itself; asked a second time, the system ends it.
 */
export function interruption(
  source: EventEmitter & { readonly stdout: Pick<EventEmitter, 'once'> } = process,
): AbortSignal {
  const ending = new AbortController()
  const end = (): void => ending.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) source.once(signal, end)
  source.stdout.once('error', end)
  return ending.signal
}
