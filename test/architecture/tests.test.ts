import { expect, it } from 'vitest'
import { lineOf, readSourceTree, type SyntaxNode } from '../support/source-tree.js'

const files = [...readSourceTree('test').values()]

function nameOf(value: unknown): string {
  const { type, name, object, property } = value as SyntaxNode
  return type === 'MemberExpression' ? `${nameOf(object)}.${nameOf(property)}` : String(name)
}

/** The places where a function of one of these names is called. */
function callsTo(pattern: RegExp): readonly string[] {
  return files.flatMap(file =>
    file.nodes
      .filter(({ type, callee }) => type === 'CallExpression' && pattern.test(nameOf(callee)))
      .map(node => `${file.path}:${lineOf(file, node)}`),
  )
}

it('no test waits for the clock on the wall', () => {
  expect(callsTo(/^(globalThis\.)?(setTimeout|setInterval)$/)).toEqual([])
  const sleepers = files.filter(({ imports }) => imports.includes('node:timers/promises'))
  expect(sleepers.map(({ path }) => path)).toEqual([])
})

it('no test replaces a module', () => {
  expect(callsTo(/^vi\.(mock|doMock)$/)).toEqual([])
})

it('no test is run alone or left out for good', () => {
  expect(callsTo(/^(it|test|describe)\.only$/)).toEqual([])
  const leftOut = callsTo(/^(it|test|describe)\.(skip|todo)$/)
  expect(leftOut.filter(place => !place.startsWith('test/support/backends.ts:'))).toEqual([])
  expect(callsTo(/^it$/).length).toBeGreaterThan(100)
})
