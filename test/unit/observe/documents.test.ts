import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MEASURE_NAMES, MEASURES, prometheusNameOf } from '../../../src/observe/index.js'

const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
  readonly templating: { readonly list: readonly { readonly query: string }[] }
}

const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as Dashboard
const alerts = read('docs/alerts.yml')
const rules = alerts
  .split('- alert: ')
  .slice(1)
  .map(rule => ({
    alert: /^\w+/.exec(rule)?.[0] ?? '',
    expr: /expr: (['"])(.+)\1/.exec(rule)?.[2] ?? '',
    anchor: /runbook: .runbook\.md#([\w-]+)/.exec(rule)?.[1] ?? '',
  }))
const queries = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
]

/** What each metric is called in a query: histograms are three. */
const LABELS: ReadonlyMap<string, readonly string[]> = new Map(
  MEASURE_NAMES.flatMap((name): readonly (readonly [string, readonly string[]])[] => {
    const labels = ['client', ...MEASURES[name].attributes]
    const base = prometheusNameOf(name)
    if (MEASURES[name].kind !== 'histogram') return [[base, labels]]
    return ['bucket', 'count', 'sum'].map(part => [`${base}_${part}`, [...labels, 'le']])
  }),
)

describe('the dashboard and the alerts', () => {
  it.each(queries)('ask for metrics that exist, and for labels that these have: %s', (_, expr) => {
    const names = expr.match(/redis_hitless_\w+/g) ?? []
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter(name => !LABELS.has(name))).toEqual([])
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '))
    const matched = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label)
    const labels = names.flatMap(name => LABELS.get(name) ?? [])
    expect([...grouped, ...matched].filter(label => !labels.includes(label))).toEqual([])
  })

  it('show every metric', () => {
    const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')
    const missing = MEASURE_NAMES.map(prometheusNameOf).filter(name => !shown.includes(name))
    expect(missing).toEqual([])
    expect(dashboard.templating.list.map(({ query }) => query)).toContain('label_values(redis_hitless_ready, client)')
  })

  it('are all read by this test', () => {
    expect(rules.every(({ expr }) => expr !== '')).toBe(true)
    expect(rules.length).toBeGreaterThan(10)
  })

  it.each(rules)('have a section in the runbook: $alert', ({ alert, anchor }) => {
    const sections = read('docs/runbook.md').split(/^## /m)
    const section = sections.find(text => (text.split('\n')[0] ?? '').toLowerCase().replaceAll(' ', '-') === anchor)
    expect(section).toContain(`\`${alert}\``)
  })

  it('have a runbook that asks for metrics that exist', () => {
    const names = read('docs/runbook.md').match(/redis_hitless_\w+/g) ?? []
    const known = new Set(MEASURE_NAMES.map(prometheusNameOf))
    expect(names.filter(name => !known.has(name))).toEqual([])
  })
})

describe('spec/observability.md', () => {
  it.each(MEASURE_NAMES)('explains %s as it is', name => {
    const { attributes } = MEASURES[name]
    const [row = ''] = read('spec/observability.md').match(new RegExp(`^\\| \`${name}\` .*$`, 'm')) ?? []
    expect(row).toContain(`\`${prometheusNameOf(name)}\``)
    for (const attribute of attributes) expect(row).toContain(`\`${attribute}\``)
  })
})
