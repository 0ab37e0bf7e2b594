/** A signal that is aborted when somebody asks this process to end. It then has to end by itself. */
export function interruption(): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  return ending.signal
}
