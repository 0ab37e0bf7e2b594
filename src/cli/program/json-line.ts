/** One line of JSON. Numbers that JSON cannot hold become text, an error its name, code and message. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner)
    if (!(inner instanceof Error)) return inner
    const { name, message, code } = inner as Error & { readonly code?: unknown }
    return { name, message, ...(code !== undefined && { code }) }
  })
}
