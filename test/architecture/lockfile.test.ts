import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface LockEntry {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockEntry> }
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as LockEntry

it('the lockfile knows the dependencies as package.json names them', () => {
  const locked = packages['']
  for (const field of ['dependencies', 'devDependencies', 'peerDependencies'] as const) {
    expect(locked?.[field]).toEqual(manifest[field])
  }
})

// `npm install` on one platform leaves out what the registry lacks for another, and `npm ci` then refuses the lockfile.
it('the lockfile knows the binaries of tools for every platform', () => {
  const known = new Set(Object.keys(packages).map(path => path.replace(/^.*node_modules\//, '')))
  const needed = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
  expect(needed.length).toBeGreaterThan(0)
  expect(needed.filter(name => !known.has(name))).toEqual([])
})
