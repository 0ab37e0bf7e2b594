import { describe, expect, it } from 'vitest'
import { lineOf, readSourceTree, type SourceFile, type SyntaxNode } from '../support/source-tree.js'

const files = [...readSourceTree('src').values()]

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate'])

/** They wait for a turn of the event loop: virtual time for all promise jobs to run, the watch over leaks for sockets to close. */
const TURNS = ['src/testing/virtual-clock.ts', 'src/testing/leak-watch.ts'] as const
const TIME_AND_CHANCE = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.uptime',
  'AbortSignal.timeout',
])
const TIME_MODULES = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks'])

function named(value: unknown): string | undefined {
  const { type, name } = value as SyntaxNode
  return type === 'Identifier' && typeof name === 'string' ? name : undefined
}

function memberOf(node: SyntaxNode): readonly [object: string | undefined, member: string | undefined] {
  return node.type === 'MemberExpression' ? [named(node.object), named(node.property)] : [undefined, undefined]
}

/** A clock or a source of chance that nobody injected. `new Date(instant)` is neither. */
function readsTimeOrChance(node: SyntaxNode): boolean {
  const [object, member] = memberOf(node)
  if (TIME_AND_CHANCE.has(`${object}.${member}`)) return true
  if (object === 'globalThis' && TIMERS.has(`${member}`)) return true
  if (node.type === 'CallExpression') return TIMERS.has(`${named(node.callee)}`) || named(node.callee) === 'Date'
  const isNewDate = node.type === 'NewExpression' && named(node.callee) === 'Date'
  return isNewDate && node.arguments?.length === 0
}

function usesConsole(node: SyntaxNode): boolean {
  const [object, member] = memberOf(node)
  return object === 'console' || (object === 'globalThis' && member === 'console')
}

function placesOf(scope: readonly SourceFile[], isWrong: (node: SyntaxNode) => boolean): readonly string[] {
  return scope.flatMap(file => file.nodes.filter(isWrong).map(node => `${file.path}:${lineOf(file, node)}`))
}

function outside(...folders: readonly string[]): readonly SourceFile[] {
  return files.filter(({ path }) => !folders.some(folder => path.startsWith(folder)))
}

describe('time and chance', () => {
  it('are read in src/base, and by programs', () => {
    expect(placesOf(outside('src/base/', 'src/cli/', ...TURNS), readsTimeOrChance)).toEqual([])
  })

  it('come from no module either', () => {
    const wrong = outside('src/base/', 'src/cli/', ...TURNS).filter(({ imports }) =>
      imports.some(name => TIME_MODULES.has(name)),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('are found where they are known to be', () => {
    const base = files.filter(({ path }) => path.startsWith('src/base/'))
    const found = placesOf(base, readsTimeOrChance).map(place => place.replace(/:\d+$/, ''))
    expect([...new Set(found)].sort()).toEqual(['src/base/clock.ts', 'src/base/random.ts'])
  })
})

/** What it is read for besides the options: where programs lie. */
const SEARCH_PATH = 'src/simulator/backends/redis-process.ts'

it('the environment is read in one file', () => {
  const readers = placesOf(outside('src/cli/', SEARCH_PATH), node => memberOf(node).join('.') === 'process.env')
  expect(readers.map(place => place.replace(/:\d+$/, ''))).toEqual(['src/engine/database/hitless-environment.ts'])
})

it('only programs write to the console', () => {
  expect(placesOf(outside('src/cli/'), usesConsole)).toEqual([])
})
