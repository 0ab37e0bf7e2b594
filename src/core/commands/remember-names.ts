/** So many names are remembered. There are about 500 commands, and some modules. */
const MOST_NAMES = 2_000

/**
 * Asks a question about the names of commands once for each name as it is written, so that nothing needs to be converted for
 * each command.
 */
export function rememberNames(ask: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return name => {
    const before = known.get(name)
    if (before !== undefined) return before
    const answer = ask(name)
    if (known.size < MOST_NAMES) known.set(name, answer)
    return answer
  }
}
