import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// What is published are ES modules, which every supported Node can `require`. Two things still need files for CommonJS:
// TypeScript before 5.8 lets a CommonJS module import nothing that is declared as an ES module, and Node from 23 on hands
// the host out where an ES module that re-exports it is required.

const AS_MODULE = `with { 'resolution-mode': 'import' }`

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const entries = Object.values(exports).flatMap(({ default: file = [] }) => file)
for (const entry of entries) await write(entry.replace(/^\.\/dist\/(.*)\.js$/, '$1'))

/** @param {string} entry Where the compiled file lies in `dist`, without its ending. */
async function write(entry) {
  const stars = [...readFileSync(`src/${entry}.ts`, 'utf8').matchAll(/^export \* from '(.+)'$/gm)].map(
    ([, name]) => name,
  )
  const hosts = stars.filter(name => !name.startsWith('.'))
  // A module that re-exports a host must not be required as a whole.
  const own = hosts.length === 0 ? [`./${entry.split('/').at(-1)}.js`] : stars.filter(name => name.startsWith('.'))
  const declared = await Promise.all(own.map((name, index) => declare(new URL(name, dist(entry)), { name, index })))
  const required = [...hosts, ...own].map(name => `...require('${name}')`)
  const all = hosts.length === 0 ? `require('${own[0]}')` : `{ ${required.join(', ')} }`
  const main = await defaultOf(own, entry)
  const code = main === undefined ? all : await asMembersOf(main, hosts, own)
  writeFileSync(dist(`${entry}.cjs`), `'use strict'\nmodule.exports = ${code}\n`)
  writeFileSync(dist(`${entry}.d.cts`), [...hosts.map(name => `export * from '${name}'\n`), ...declared].join(''))
}

/** The module of those that has a default export, which is what CommonJS applications require as a whole. */
async function defaultOf(own, entry) {
  for (const name of own) if ('default' in (await import(new URL(name, dist(entry))))) return name
  return undefined
}

/** The default export, with all that an ES module can import as its members. */
async function asMembersOf(main, hosts, own) {
  const names = await Promise.all(hosts.map(async name => Object.keys(await import(name))))
  const picked = hosts.map((name, at) => `...pick(require('${name}'), ${JSON.stringify(names[at].filter(isPlain))})`)
  const members = [...picked, ...own.map(name => `...require('${name}')`)].join(', ')
  return `Object.defineProperties(require('${main}').default, Object.getOwnPropertyDescriptors({ ${members} }))
// Tools that read this file and do not run it learn by this line that there is a default export.
exports.default = module.exports.default

function pick(module, names) {
  return Object.fromEntries(names.filter(name => name in module).map(name => [name, module[name]]))
}`
}

function isPlain(name) {
  return name !== 'default' && name !== 'module.exports'
}

/** Declares what a module exports to a CommonJS one: types by reference, values and classes by name. */
async function declare(url, { name, index }) {
  const module = `own${index}`
  const { default: main, ...members } = await import(url)
  const lines = Object.entries(members).flatMap(([key, value]) => [
    `export declare const ${key}: typeof ${module}.${key}`,
    ...(isClass(value) ? [`export type ${key}${classType(key, module)}`] : []),
  ])
  const imports = [
    `import type * as ${module} from '${name}' ${AS_MODULE}`,
    `export type * from '${name}' ${AS_MODULE}`,
  ]
  if (main !== undefined) lines.push(`declare const main: typeof ${module}.default`, 'export default main')
  return [...imports, ...lines, ''].join('\n')
}

function isClass(value) {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
}

/** The type of a class by its declaration: its parameters, and what they are passed to. */
function classType(name, module) {
  const parameters = new RegExp(`^export declare class ${name}<(.*)> (?:extends|implements|\\{)`, 'm').exec(
    declarations(),
  )
  if (parameters === null) return ` = ${module}.${name}`
  const names = [...parameters[1].matchAll(/(\w+)(?: extends \w+)?(?: = \w+)?(?:, |$)/g)].map(([, word]) => word)
  const qualified = parameters[1].replaceAll(/(extends|=) (\w+)/g, `$1 ${module}.$2`)
  return `<${qualified}> = ${module}.${name}<${names.join(', ')}>`
}

function declarations() {
  const files = readdirSync('dist', { recursive: true }).filter(path => path.endsWith('.d.ts'))
  return files.map(path => readFileSync(join('dist', path), 'utf8')).join('\n')
}

function dist(path) {
  return new URL(`../dist/${path}`, import.meta.url)
}
