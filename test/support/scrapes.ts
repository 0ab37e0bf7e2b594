/** One value of a scrape: what a Prometheus server would keep of it. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What was exported at one moment, in the text format of Prometheus. */
export type Scrape = readonly Sample[]

/** A line of a panel: a value for each scrape, `undefined` where there is none. */
export interface Series {
  readonly legend: string
  readonly values: readonly (number | undefined)[]
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/

/** Reads the text format. */
export function parseScrape(text: string): Scrape {
  return text.split('\n').flatMap(line => {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text])
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}

/** `agg by (labels) (…)`, and within it a metric, or how much it grew between two scrapes. */
const QUERY = /^(sum|min|max)(?: by \(([^)]*)\))? \((?:(increase|rate)\()?(\w+)\{[^}]*\}(?:\[[^\]]*\]\))?\)$/
const QUANTILE = /^histogram_quantile\(([\d.]+), (.+)\)$/

/** Answers a query of the dashboard, which uses a few forms of PromQL only, at each scrape. */
export function answer(query: string, scrapes: readonly Scrape[], legendFormat: string): readonly Series[] {
  const [, quantile, inner = query] = QUANTILE.exec(query) ?? []
  const groups = groupsOf(inner, scrapes)
  const found = quantile === undefined ? groups : quantilesOf(Number(quantile), groups)
  return found.map(({ labels, values }) => {
    const legend = legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
    return { legend: legend.trim(), values }
  })
}

interface Group {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (number | undefined)[]
}

const AGGREGATES = {
  sum: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0),
  min: (values: readonly number[]) => Math.min(...values),
  max: (values: readonly number[]) => Math.max(...values),
}

function groupsOf(query: string, scrapes: readonly Scrape[]): readonly Group[] {
  const [, how, by = '', grows, name] = QUERY.exec(query) ?? []
  if (how === undefined) throw new Error(`Not a form of the dashboard: ${query}`)
  const aggregate = AGGREGATES[how as keyof typeof AGGREGATES]
  const labels = by.split(', ').filter(label => label !== '')
  const keyOf = (sample: Sample): string => JSON.stringify(labels.map(label => [label, sample.labels[label] ?? '']))
  const own = scrapes.map(scrape => scrape.filter(sample => sample.name === name))
  const keys = [...new Set(own.flatMap(samples => samples.map(keyOf)))]
  const totalAt = (key: string, at: number): number | undefined => {
    const values = (own[at] ?? []).filter(sample => keyOf(sample) === key).map(({ value }) => value)
    return values.length === 0 ? undefined : aggregate(values)
  }
  return keys.map(key => ({
    labels: Object.fromEntries(JSON.parse(key) as [string, string][]),
    values: scrapes.map((_, at) => {
      const now = totalAt(key, at)
      return grows === undefined || now === undefined ? now : now - (totalAt(key, at - 1) ?? 0)
    }),
  }))
}

/** The upper bound of the bucket in which the quantile is: near enough for a picture. */
function quantilesOf(quantile: number, buckets: readonly Group[]): readonly Group[] {
  const byRest = new Map<string, { readonly le: number; readonly group: Group }[]>()
  for (const group of buckets) {
    const { le = '', ...rest } = group.labels
    const key = JSON.stringify(rest)
    byRest.set(key, [...(byRest.get(key) ?? []), { le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), group }])
  }
  return [...byRest].map(([key, own]) => {
    const ordered = own.toSorted((a, b) => a.le - b.le)
    const valueAt = (_: unknown, at: number): number | undefined => {
      const all = ordered.at(-1)?.group.values[at] ?? 0
      return all === 0 ? undefined : ordered.find(({ group }) => (group.values[at] ?? 0) >= quantile * all)?.le
    }
    return { labels: JSON.parse(key) as Record<string, string>, values: (ordered[0]?.group.values ?? []).map(valueAt) }
  })
}
