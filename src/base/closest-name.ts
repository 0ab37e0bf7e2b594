/** More edits than this, and another name is meant. */
const MOST_EDITS = 2

/** The name that a mistyped one is closest to; `undefined` where none is close. */
export function closestTo(text: string, names: readonly string[]): string | undefined {
  const scored = names.map(name => ({ name, edits: editsBetween(text.slice(0, 40).toLowerCase(), name.toLowerCase()) }))
  const [best] = scored.sort((a, b) => a.edits - b.edits)
  return best !== undefined && best.edits <= MOST_EDITS ? best.name : undefined
}

/** How many letters have to be added, taken away or changed. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
