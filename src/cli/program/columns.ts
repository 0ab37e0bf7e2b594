/** How a table is laid out. */
export interface ColumnOptions {
  /** Which columns begin at the left; numbers end at the right. Default: the first. */
  readonly isText?: (column: number) => boolean
  /** How many spaces stand between two columns. Default 2. */
  readonly gap?: number
}

/** Lays rows out in columns as wide as their widest cell, one line for each row. The first row has every column. */
export function toColumns(
  table: readonly (readonly string[])[],
  { isText = column => column === 0, gap = 2 }: ColumnOptions = {},
): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return isText(column) ? cell.padEnd(width) : cell.padStart(width)
  }
  return table.map(row => row.map(pad).join(' '.repeat(gap)).trimEnd())
}
