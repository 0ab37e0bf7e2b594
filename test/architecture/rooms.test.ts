import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSourceTree, resolveImport } from '../support/source-tree.js'

const files = [...readSourceTree('src').values()]

/** The room of a file of the engine: its folder, or the file itself where it stands in the hall. */
function roomOf(path: string): string {
  const [first = ''] = path.replace('src/engine/', '').split('/')
  return first
}

const engine = files.filter(({ path }) => path.startsWith('src/engine/'))
const below = new Map<string, Set<string>>()
for (const { path, imports } of engine) {
  const room = roomOf(path)
  const targets = imports.map(name => resolveImport(path, name)).filter(target => target?.startsWith('src/engine/'))
  const rooms = below.get(room) ?? new Set()
  for (const target of targets) if (target !== undefined && roomOf(target) !== room) rooms.add(roomOf(target))
  below.set(room, rooms)
}

/** Beside them stands only the port. */
const rooms = [...below.keys()].filter(room => room !== 'ports.ts')

/** How many floors stand under a room, itself among them; endless where rooms import each other in a circle. */
function floorsOf(room: string, above: readonly string[] = []): number {
  if (above.includes(room)) return Number.POSITIVE_INFINITY
  const under = [...(below.get(room) ?? [])].map(target => floorsOf(target, [...above, room]))
  return 1 + Math.max(0, ...under)
}

describe('the engine', () => {
  it('has at most 8 rooms, and the port', () => {
    expect(rooms.length).toBeLessThanOrEqual(8)
  })

  it('has its rooms explained in its page', () => {
    const page = readFileSync('spec/engine.md', 'utf8')
    const explained = [...page.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room]) => room)
    expect(explained.sort()).toEqual([...rooms].sort())
  })

  it('has few floors, and no import runs back up', () => {
    const floors = [...below.keys()].map(room => floorsOf(room))
    expect(Math.max(...floors)).toBeLessThanOrEqual(7)
  })

  it('names no host', () => {
    const named = engine.filter(({ text }) => /@redis\/client|ioredis|node-redis/.test(text))
    expect(named.map(({ path }) => path)).toEqual([])
  })
})

/** Folders that hold one idea in many files: the small types and functions that everything else is made of. */
const WIDE: ReadonlySet<string> = new Set(['src/base'])

it('a folder has at most 18 files: beyond that it holds more than one idea', () => {
  const folders = files.map(({ path }) => posix.dirname(path))
  const wide = [...new Set(folders)].filter(folder => folders.filter(other => other === folder).length > 18)
  expect(wide.filter(folder => !WIDE.has(folder))).toEqual([])
})

describe('an adapter', () => {
  const adapters = files.filter(({ path }) => path.startsWith('src/adapters/'))
  const HOSTS = /^(@redis\/client|ioredis)$/
  const OWN = /\/(internals|host-module|ioredis-module)\.js$/

  it('has no file that knows nothing of its host: that one lives in the wrong house', () => {
    const known = new Set(
      adapters
        .filter(
          ({ path, imports }) =>
            OWN.test(path.replace('.ts', '.js')) || imports.some(name => HOSTS.test(name) || OWN.test(name)),
        )
        .map(({ path }) => path),
    )
    // A file over one that knows the host, such as an entry, is at home as well.
    const leadsTo = (path: string): boolean =>
      known.has(path) ||
      (files.find(file => file.path === path)?.imports ?? []).some(name => {
        const target = resolveImport(path, name)
        return target !== undefined && posix.dirname(target) === posix.dirname(path) && leadsTo(target)
      })
    expect(adapters.map(({ path }) => path).filter(path => !leadsTo(path))).toEqual([])
  })

  it.each([
    ['node-redis', 13, 1_800],
    ['node-redis/drop-in', 2, 160],
    ['node-redis/cluster', 11, 1_260],
    ['node-redis/sentinel', 8, 995],
    ['ioredis', 12, 1_505],
    ['ioredis/commands', 5, 590],
    ['ioredis/drop-in', 1, 140],
    ['ioredis/cluster', 8, 1_175],
    ['ioredis/sentinel', 2, 205],
  ])('for %s is small: at most %i files and %i lines in its folder', (folder, mostFiles, mostLines) => {
    const own = adapters.filter(({ path }) => posix.dirname(path) === `src/adapters/${folder}`)
    const lines = own.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0)
    expect(own.length).toBeLessThanOrEqual(mostFiles)
    expect(lines).toBeLessThanOrEqual(mostLines)
  })
})
