import { expect, it } from 'vitest'
import { readSourceTree, resolveImport } from '../support/source-tree.js'

const graph = new Map(
  [...readSourceTree('src').values()].map(({ path, imports }) => [
    path,
    imports.map(specifier => resolveImport(path, specifier)).filter(target => target !== undefined),
  ]),
)

/** The first way from a file back to one that is on the way already. */
function findCycle(path: string, way: readonly string[], done: Set<string>): readonly string[] | undefined {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
  if (done.has(path)) return undefined
  for (const target of graph.get(path) ?? []) {
    const cycle = findCycle(target, [...way, path], done)
    if (cycle !== undefined) return cycle
  }
  done.add(path)
  return undefined
}

it('no file imports itself on any way, not even a type', () => {
  const done = new Set<string>()
  const cycles = [...graph.keys()].map(path => findCycle(path, [], done)).filter(cycle => cycle !== undefined)
  expect(cycles).toEqual([])
  expect(done.size).toBe(graph.size)
})
