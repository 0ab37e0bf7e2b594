/** Commands that need more than to be sent. */
export type CommandKind = 'blocking' | 'select'

const KINDS = new Map<string, CommandKind | 'blocking-with-option'>([
  ['BLPOP', 'blocking'],
  ['BRPOP', 'blocking'],
  ['BLMOVE', 'blocking'],
  ['BRPOPLPUSH', 'blocking'],
  ['BLMPOP', 'blocking'],
  ['BZPOPMIN', 'blocking'],
  ['BZPOPMAX', 'blocking'],
  ['BZMPOP', 'blocking'],
  ['WAIT', 'blocking'],
  ['WAITAOF', 'blocking'],
  ['XREAD', 'blocking-with-option'],
  ['XREADGROUP', 'blocking-with-option'],
  ['SELECT', 'select'],
])

/**
 * Tells commands apart that the server may hold back the answer to on purpose, or that change the session.
 *
 * XREAD and XREADGROUP only block with BLOCK, which must precede STREAMS.
 */
export function kindOf(args: readonly unknown[]): CommandKind | undefined {
  const kind = KINDS.get(nameOf(args[0]))
  if (kind !== 'blocking-with-option') return kind
  return hasBlockOption(args) ? 'blocking' : undefined
}

function nameOf(name: unknown): string {
  if (typeof name !== 'string') return String(name).toUpperCase()
  const first = name.charCodeAt(0)
  // Typed commands come in upper case: sparing them the conversion is worth a few percent of throughput.
  return first >= 97 && first <= 122 ? name.toUpperCase() : name
}

function hasBlockOption(args: readonly unknown[]): boolean {
  for (const arg of args) {
    const word = String(arg).toUpperCase()
    if (word === 'STREAMS') return false
    if (word === 'BLOCK') return true
  }
  return false
}
