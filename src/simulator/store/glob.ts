const SPECIAL = /[.*+?^${}()|[\]\\]/g

const compiled = new Map<string, RegExp>()
const MAX_COMPILED = 256

/** Whether a name matches a pattern of Redis: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before a character meant as it is. */
export function matchesGlob(pattern: string, name: string): boolean {
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    expression = compile(pattern)
    if (compiled.size >= MAX_COMPILED) compiled.clear()
    compiled.set(pattern, expression)
  }
  return expression.test(name)
}

function compile(pattern: string): RegExp {
  const parts = pattern.match(/\\[\s\S]|\[[^\]]*\]|[\s\S]/g) ?? []
  return new RegExp(`^${parts.map(toExpression).join('')}$`, 's')
}

function toExpression(part: string): string {
  if (part === '*') return '.*'
  if (part === '?') return '.'
  if (part.startsWith('\\')) return part.slice(-1).replace(SPECIAL, '\\$&')
  if (part.startsWith('[') && part.length > 1) return toClass(part.slice(1, -1))
  return part.replace(SPECIAL, '\\$&')
}

function toClass(inner: string): string {
  const negated = inner.startsWith('^')
  const members = (negated ? inner.slice(1) : inner).match(/[\s\S]-[\s\S]|[\s\S]/g) ?? []
  if (members.length === 0) return negated ? '[\\s\\S]' : '(?!)'
  return `[${negated ? '^' : ''}${members.map(toMember).join('')}]`
}

/** Ranges may be written backwards. */
function toMember(member: string): string {
  const [first = '', second] = member.length === 3 ? [member.slice(0, 1), member.slice(2)] : [member]
  const ends = second === undefined ? [first] : [first, second].sort()
  return ends.map(end => end.replace(/[\\[\]^-]/g, '\\$&')).join('-')
}
