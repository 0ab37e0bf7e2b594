import { expect, it } from 'vitest'
import { readSourceTree, resolveImport } from '../support/source-tree.js'

const graph = new Map(
  [...readSourceTree('src').values()].map(({ path, imports }) => [
    path,
    imports.map(specifier => resolveImport(path, specifier)).filter(target => target !== undefined),
  ]),
)

/** Every file that a file leads to, over any number of imports. */
function reach(path: string): ReadonlySet<string> {
  const reached = new Set(graph.get(path))
  for (const next of reached) for (const target of graph.get(next) ?? []) reached.add(target)
  return reached
}

it('no files import each other on any way, not even for a type', () => {
  const reached = new Map([...graph.keys()].map(path => [path, reach(path)]))
  const knots = [...reached].map(([path, targets]) =>
    targets.has(path)
      ? [...targets]
          .filter(target => reached.get(target)?.has(path))
          .sort()
          .join(' + ')
      : '',
  )
  expect([...new Set(knots)].filter(knot => knot !== '')).toEqual([])
  expect(graph.size).toBeGreaterThan(50)
})
