const SPECIAL = /[.*+?^${}()|[\]\\]/g

/** The members of a class: an escaped character, a range (its end may be a bracket), or a single character. */
const MEMBERS = /\\(?<escaped>[\s\S])|(?<from>[^\]])-(?<to>[\s\S])|(?<plain>[^\]])/g

/** The parts of a pattern. The end of the pattern ends a class too. */
const PLACES =
  /\\(?<escaped>[\s\S])|\[(?<negated>\^?)(?<members>(?:\\[\s\S]|[^\]]-[\s\S]|[^\]])*)\]?|\*+|(?<plain>[\s\S])/g

const compiled = new Map<string, RegExp>()
const MAX_COMPILED = 256

/**
 * Whether a name matches a pattern of Redis: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before a literal character.
 */
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
  const places = [...pattern.matchAll(PLACES)].map(({ groups = {} }) => toExpression(groups))
  return new RegExp(`^${places.join('')}$`, 's')
}

function toExpression({ escaped, negated, members, plain }: Readonly<Record<string, string | undefined>>): string {
  if (members !== undefined) return toClass(members, negated === '^')
  if (plain === '?') return '.'
  return (escaped ?? plain)?.replace(SPECIAL, '\\$&') ?? '.*'
}

function toClass(text: string, negated: boolean): string {
  const members = [...text.matchAll(MEMBERS)].map(({ groups = {} }) => toMember(groups))
  if (members.length === 0) return negated ? '.' : '(?!)'
  return `[${negated ? '^' : ''}${members.join('')}]`
}

/** Ranges may be written backwards. */
function toMember({ escaped, from, to, plain }: Readonly<Record<string, string | undefined>>): string {
  const ends = from !== undefined && to !== undefined ? [from, to].sort() : [escaped ?? plain ?? '']
  return ends.map(end => end.replace(/[\\[\]^-]/g, '\\$&')).join('-')
}
