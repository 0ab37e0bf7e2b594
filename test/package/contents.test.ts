import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, inject, it } from 'vitest'

const files = execFileSync('tar', ['-tzf', inject('tarball')], { encoding: 'utf8' })
  .split('\n')
  .filter(name => name !== '')
  .map(name => name.replace('package/', ''))

const EXPECTED = ['dist/index.js', 'dist/index.d.ts', 'spec/notifications.md', 'fixtures/README.md']

it('holds the code, the contract and the fixtures', () => {
  expect(EXPECTED.filter(name => !files.includes(name))).toEqual([])
})

it('holds nothing else but what npm always adds', () => {
  const others = files.filter(name => !/^(dist|spec|fixtures)\//.test(name))
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
})

it('holds no compiled file whose source is gone', () => {
  const compiled = files.filter(name => name.startsWith('dist/'))
  const sources = compiled.map(name => name.replace(/^dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts'))
  expect(compiled.length).toBeGreaterThan(0)
  expect(sources.filter(source => !existsSync(source))).toEqual([])
})
