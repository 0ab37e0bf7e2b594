import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFiles, readSourceTree } from '../support/source-tree.js'

const MAX_LINES = 250
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** Names that invite everything. */
const ATTICS =
  /^(utils?|helpers?|common|types?|misc|shared|lib|manager|impl|base-.+|.+-(utils?|helpers?|manager|impl))$/

const sources = listFiles('src')
const all = [...sources, ...listFiles('test')]

function stemOf(path: string): string {
  return basename(path).replace(/(\.(test|test-d|property\.test))?\.ts$/, '')
}

describe('the files', () => {
  it('are all seen: as many as git knows, and every one parsed', () => {
    const known = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', 'src/*.ts'], { encoding: 'utf8' })
    const onDisk = known.split('\n').filter(path => path !== '' && existsSync(path))
    expect(onDisk.length).toBeGreaterThan(0)
    expect(onDisk.filter(path => !sources.includes(path))).toEqual([])
    const parsed = [...readSourceTree('src').values()].filter(({ nodes }) => nodes.length > 1)
    expect(parsed.map(({ path }) => path)).toEqual(sources)
  })

  it(`of src have at most ${MAX_LINES} lines`, () => {
    const long = sources.filter(path => readFileSync(path, 'utf8').trimEnd().split('\n').length > MAX_LINES)
    expect(long).toEqual([])
  })

  it('and their folders are named in kebab case', () => {
    const folders = all.flatMap(path => dirname(path).split('/'))
    expect([...folders, ...all.map(stemOf)].filter(name => !KEBAB.test(name))).toEqual([])
  })

  it('of src are named after the one thing that they hold', () => {
    const named = sources.filter(path =>
      path
        .split('/')
        .slice(1)
        .some(part => ATTICS.test(part.replace('.ts', ''))),
    )
    expect(named.filter(path => !path.startsWith('src/base/'))).toEqual([])
  })

  it('are called index only where package.json exports them', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      exports: Record<string, { default?: string }>
    }
    const exported = Object.values(manifest.exports).map(target =>
      `${target.default}`.replace('./dist', 'src').replace('.js', '.ts'),
    )
    const indexes = sources.filter(path => basename(path) === 'index.ts')
    expect(indexes.filter(path => !exported.includes(path))).toEqual([])
  })

  it('of src have each a name of their own, but for those that package.json or a program demands', () => {
    const names = sources.map(path => basename(path)).filter(name => !/^(index|main)\.ts$/.test(name))
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  it('are where documents say that they are', () => {
    const documents = ['README.md', ...listFiles('spec', '.md'), ...listFiles('docs', '.md')]
    const named = documents.flatMap(document =>
      [...readFileSync(document, 'utf8').matchAll(/`((?:src|test|spec)\/[\w./-]+)`/g)].map(([, path = '']) => path),
    )
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter(path => !existsSync(path))).toEqual([])
  })

  it('stand beside no folder of their name', () => {
    const folders = new Set(sources.map(path => dirname(path)))
    expect(sources.filter(path => folders.has(path.replace(/\.ts$/, '')))).toEqual([])
  })
})
