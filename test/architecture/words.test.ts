import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listFiles } from '../support/source-tree.js'

/** Words that the glossary replaced, as they stood in code, events and options; `spec/glossary.md` has those that count. */
const REPLACED = [
  'abandoned',
  'demoted',
  'demotion',
  'dialler',
  'generation',
  'generations',
  'lane',
  'lanes',
  'lease',
  'leases',
  'lent',
  'loan',
  'manner',
  'neighbour',
  'neighbours',
  'overtaken',
  'pulse',
  'revived',
  'roster',
  'sibling',
  'siblings',
  'spokesman',
  'traffic',
  'vigil',
] as const

/** Archaic or clever words, for which a plain sentence says the same. */
const ARCHAIC = /\b(?:anew|as ever|be it|in vain|lest|whoever|whomever)\b/i

/** A member that the host looks for under this name. */
const NAME_OF_HOST = 'releaseClientLease'

/** Where our own words are used; the simulator and the programs speak of servers and of terminals. */
const SCOPE = /^src\/(core|engine|adapters|observe|testing)\/|^src\/index\.ts$/

/** Tests speak as what they test; this one names the words. */
const TESTS = listFiles('test').filter(path => !/\/(player|words)\.test\.ts$/.test(path))

/** The words of a text: `connectionMonitors`, `connection-monitors` and `CONNECTION_MONITORS` are two each. */
function wordsOf(text: string): ReadonlySet<string> {
  const split = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return new Set(split.match(/[a-z]+/g))
}

function placesOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap(path => {
    const words = wordsOf(`${path} ${readFileSync(path, 'utf8').replaceAll(NAME_OF_HOST, '')}`)
    return REPLACED.filter(word => words.has(word)).map(word => `${path}: ${word}`)
  })
}

const DOCUMENTS = listFiles('spec', '.md').filter(path => path !== 'spec/glossary.md')

describe('sentences', () => {
  const documents = ['README.md', 'CHANGELOG.md', ...listFiles('spec', '.md'), ...listFiles('spec', '.json')]

  it.each([
    ['of code and of tests', [...listFiles('src'), ...TESTS]],
    ['of documents and scenarios', documents],
  ])('%s have no archaic words', (_, paths) => {
    expect(paths.length).toBeGreaterThan(10)
    // A comment or a paragraph may break a line between two words.
    const texts = paths.map(path => [path, readFileSync(path, 'utf8').replace(/\s+(?:\*|\/\/)?\s*/g, ' ')] as const)
    const found = texts.map(([path, text]) => [path, ARCHAIC.exec(text)?.[0]] as const)
    expect(found.filter(([, word]) => word !== undefined)).toEqual([])
  })
})

describe('words that the glossary replaced', () => {
  it('are not used in code, nor in the names of files', () => {
    const paths = listFiles('src').filter(path => SCOPE.test(path))
    expect(paths.length).toBeGreaterThan(80)
    expect(placesOf(paths)).toEqual([])
  })

  it('are not used in tests', () => {
    expect(TESTS.length).toBeGreaterThan(200)
    expect(placesOf(TESTS)).toEqual([])
  })

  it('are not used in documents', () => {
    expect(DOCUMENTS.length).toBeGreaterThan(5)
    expect(placesOf([...DOCUMENTS, 'README.md'])).toEqual([])
  })

  it('are found where they are', () => {
    expect([...wordsOf('HandoffLane SPOKESMAN traffic-jam')]).toEqual([
      'handoff',
      'lane',
      'spokesman',
      'traffic',
      'jam',
    ])
  })

  it('are explained by the words that replace them', () => {
    const glossary = readFileSync('spec/glossary.md', 'utf8')
    const entries = [...glossary.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, word]) => word)
    expect(entries.length).toBeGreaterThan(20)
    expect(entries).toEqual([...new Set(entries)])
  })
})
