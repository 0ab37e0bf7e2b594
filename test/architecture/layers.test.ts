import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSourceTree, resolveImport, type SourceFile } from '../support/source-tree.js'

const LAYERS = [
  'base',
  'wire',
  'notifications',
  'capture',
  'core',
  'engine',
  'adapters',
  'observe',
  'simulator',
  'testing',
  'cli',
] as const
type Layer = (typeof LAYERS)[number]

/** What a layer may import besides itself. A simulator that shares the code under test would prove nothing. */
const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  base: [],
  wire: ['base'],
  notifications: ['base', 'wire'],
  capture: ['base', 'wire', 'notifications'],
  core: ['base', 'wire', 'notifications'],
  engine: ['base', 'wire', 'notifications', 'capture', 'core'],
  adapters: ['base', 'wire', 'notifications', 'core', 'engine'],
  observe: ['base', 'wire', 'notifications', 'core', 'engine'],
  simulator: ['base', 'wire', 'notifications'],
  testing: ['base', 'wire', 'notifications', 'core', 'engine', 'adapters', 'simulator'],
  cli: ['base', 'wire', 'notifications', 'capture', 'core', 'engine', 'observe', 'adapters', 'simulator', 'testing'],
}

/** Which packages a layer may use; `node:` stands for all of Node, without it only what needs no process or socket. */
const MAY_USE: Readonly<Record<Layer, RegExp>> = {
  base: /^node:(net|timers)$/,
  wire: /^node:buffer$/,
  notifications: /^node:net$/,
  capture: /^node:.+$/,
  core: /^node:net$/,
  engine: /^node:.+$/,
  adapters: /^(@redis\/client|redis|ioredis|node:.+)$/,
  // What it exports to is passed in, so that no version of it is demanded.
  observe: /^$/,
  simulator: /^(zod|selfsigned|node:.+)$/,
  testing: /^(zod|node:.+)$/,
  cli: /^(@redis\/client|ioredis|zod|hono|hono\/.+|@hono\/.+|node:.+)$/,
}

/** In the lower layers Node's network module serves to tell addresses from names, and nothing else. */
const PURE_LAYERS: readonly Layer[] = ['base', 'notifications', 'core']
const ADDRESS_CHECK = /^(isIP|isIPv4|isIPv6|BlockList)$/

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const ROOT = 'src/index.ts'
/** What the command line brings along: it stands in the bundle. */
const BUNDLED = /^(@hono\/node-server|hono)(\/|$)/
const HOSTS = /^(@redis\/client|redis|ioredis)(\/|$)/
const tree = readSourceTree('src')
const files = [...tree.values()]

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(layer => path.startsWith(`src/${layer}/`))
}

function targetsOf(file: SourceFile): readonly string[] {
  return file.imports.map(specifier => resolveImport(file.path, specifier)).filter(path => path !== undefined)
}

it('every file of src belongs to a layer, but for the root export', () => {
  const outside = files.filter(({ path }) => layerOf(path) === undefined).map(({ path }) => path)
  expect(outside).toEqual([ROOT])
})

it('every relative import leads to a file that was read', () => {
  const missing = files.flatMap(file => targetsOf(file).filter(target => !tree.has(target)))
  expect(missing).toEqual([])
})

describe.each(LAYERS)('the layer %s', layer => {
  const own = files.filter(({ path }) => layerOf(path) === layer)

  it('imports only what lies below it', () => {
    const wrong = own.flatMap(file =>
      targetsOf(file)
        .filter(target => !isAllowed(layer, layerOf(target)) && !(isAdapter(file) && target === ROOT))
        .map(target => `${file.path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('uses only the packages that it needs', () => {
    const wrong = own.flatMap(file =>
      file.imports
        .filter(name => !name.startsWith('.') && !MAY_USE[layer].test(name))
        .map(name => `${file.path} uses ${name}`),
    )
    expect(wrong).toEqual([])
  })
})

/** What an application imports of an adapter has everything that the root has. */
function isAdapter({ path }: SourceFile): boolean {
  return /^src\/adapters\/[\w-]+\/index\.ts$/.test(path)
}

function isAllowed(from: Layer, to: Layer | undefined): boolean {
  return to === from || (to !== undefined && MAY_IMPORT[from].includes(to))
}

it.each(PURE_LAYERS)('%s opens no socket', layer => {
  const names = files
    .filter(({ path }) => layerOf(path) === layer)
    .flatMap(({ text }) => [...text.matchAll(/import \{([^}]*)\} from 'node:net'/g)])
    .flatMap(([, list = '']) => list.split(',').map(name => name.trim()))
  expect(names.filter(name => !ADDRESS_CHECK.test(name))).toEqual([])
})

it('the root export leads to no host and to no adapter', () => {
  const reached = new Set([ROOT])
  for (const path of reached) for (const target of targetsOf(fileAt(path))) reached.add(target)
  const hosts = [...reached].filter(path => fileAt(path).imports.some(name => HOSTS.test(name)))
  expect(reached.size).toBeGreaterThan(10)
  expect(hosts).toEqual([])
  expect([...reached].filter(path => layerOf(path) === 'adapters')).toEqual([])
})

it('a host is imported by its name alone, not by a path inside it', () => {
  // The benchmark measures against the decoder inside the host, which it does not export.
  const code = files.filter(({ path }) => !path.startsWith('src/cli/bench/'))
  const deep = code.flatMap(({ path, nodes }) =>
    nodes
      .filter(
        ({ type, value }) =>
          type === 'Literal' && typeof value === 'string' && /^(@redis\/client|redis|ioredis)\//.test(value),
      )
      .map(({ value }) => `${path}: ${value}`),
  )
  expect(deep).toEqual([])
})

it('every package that is used is declared', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies }))
  const used = new Set(files.flatMap(({ imports }) => imports.filter(name => !/^(\.|node:)/.test(name))))
  expect([...used].filter(name => !declared.has(name) && !BUNDLED.test(name))).toEqual([])
})

function fileAt(path: string): SourceFile {
  const file = tree.get(path)
  if (file === undefined) throw new Error(`There is no ${path}`)
  return file
}
