import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, inject, it } from 'vitest'

const files = execFileSync('tar', ['-tzf', inject('tarball')], { encoding: 'utf8' })
  .split('\n')
  .filter(name => name !== '')
  .map(name => name.replace('package/', ''))

function read(name: string): string {
  return execFileSync('tar', ['-xzOf', inject('tarball'), `package/${name}`], { encoding: 'utf8' })
}

const EXPECTED = ['dist/index.js', 'dist/index.d.ts', 'spec/notifications.md', 'fixtures/README.md']

it('holds the code, the contract and the fixtures', () => {
  expect(EXPECTED.filter(name => !files.includes(name))).toEqual([])
})

it('holds nothing else but what npm always adds', () => {
  const others = files.filter(name => !/^(dist|spec|docs|fixtures)\//.test(name))
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
})

it('holds no compiled file whose source is gone', () => {
  // The licence of what is bundled is copied, not compiled.
  const compiled = files.filter(name => /^dist\/(?!chunks\/|LICENSE-)/.test(name))
  const sources = compiled.map(name => name.replace(/^dist\//, 'src/').replace(/(\.d\.c?ts|\.c?js)$/, '.ts'))
  expect(compiled.length).toBeGreaterThan(0)
  expect(sources.filter(source => !existsSync(source))).toEqual([])
})

it('holds each module in one file, so that there is one of everything whatever is imported', () => {
  const code = files.filter(name => /^dist\/.*\.js$/.test(name))
  const modules = code.flatMap(name => [...read(name).matchAll(/^\/\/ (src\/.*\.ts)$/gm)].map(([, path = '']) => path))
  expect(modules.length).toBeGreaterThan(200)
  expect(modules.filter((path, index) => modules.indexOf(path) !== index)).toEqual([])
  // Many small ones would take long to import.
  expect(code.length).toBeLessThan(modules.length / 5)
})

it('holds a root that opens no connection', () => {
  const imports = (name: string) =>
    [...read(name).matchAll(/^(?:import|export) .*? from "(.+)";$/gm)].map(([, path = '']) => path)
  expect(imports('dist/index.js')).toEqual(['./chunks/protocol.js'])
  // Of the network module it has what tells addresses from names.
  const harmless = new Set(['node:buffer', 'node:net', 'node:timers'])
  expect(imports('dist/chunks/protocol.js').filter(name => !harmless.has(name))).toEqual([])
})
