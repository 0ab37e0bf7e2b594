import { readdirSync, readFileSync } from 'node:fs'

/** What the menu begins with, by group. Documents that nobody put anywhere come last. */
const GROUPS = [
  ['Start', ['README.md', 'docs/testing.md', 'docs/runbook.md', 'spec/command-line.md', 'spec/captures.md']],
  ['Clients', ['spec/packages.md', 'spec/ioredis.md', 'spec/cluster.md', 'spec/sentinel.md']],
  ['Behaviour', ['spec/notifications.md', 'spec/session.md', 'spec/resilience.md', 'spec/scenarios/README.md']],
  ['Reference', ['spec/events.md', 'spec/hooks.md', 'spec/errors.md', 'spec/observability.md', 'spec/simulator.md']],
  ['Inside', ['spec/engine.md', 'spec/state-machine.md', 'spec/glossary.md', 'fixtures/README.md', 'CHANGELOG.md']],
]

/**
 * @typedef {object} Document
 * @property {string} path From the root of the project.
 * @property {string} page Its page, from the root of the site.
 * @property {string} title
 * @property {string} text As it is written.
 */

/** Reads all documents of the project. */
export function readDocuments() {
  const folders = ['docs', 'spec', 'fixtures'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  const paths = ['README.md', 'CHANGELOG.md', ...folders.filter(path => path.endsWith('.md')).sort()]
  return paths.map(path => {
    const text = readFileSync(path, 'utf8')
    const [, title = path] = /^# (.+)$/m.exec(text) ?? []
    return { path, page: pageOf(path), title, text }
  })
}

/**
 * The menu: groups of documents.
 *
 * @param {readonly Document[]} documents
 */
export function createMenu(documents) {
  const placed = new Set(GROUPS.flatMap(([, paths]) => paths))
  const others = documents.map(({ path }) => path).filter(path => !placed.has(path))
  return [...GROUPS, ['More', others]]
    .map(([title, paths]) => ({ title, pages: paths.flatMap(path => documents.filter(each => each.path === path)) }))
    .filter(({ pages }) => pages.length > 0)
}

/** Where the page of a document stands in the site. */
export function pageOf(path) {
  return path.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html')
}
