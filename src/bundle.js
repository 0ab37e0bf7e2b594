import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { rolldown } from 'rolldown'

// A package of many small files takes far longer to import than to read: each is looked up, read and compiled by itself.
// What is published is a few files, and each module of the sources is in exactly one of them.

/** What package.json exports. */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const exported = Object.values(exports).flatMap(({ default: file = [] }) => file)

/** What begins a process, and is started by its path. */
const programs = readdirSync('src/cli', { recursive: true, withFileTypes: true })
  .filter(({ name }) => /(?:^|-)main\.ts$/.test(name))
  .map(({ parentPath, name }) => join(parentPath, name))

const sources = exported.map(file => file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))

/** What is ours alone of an entry that re-exports a host: a CommonJS module must not require the entry as a whole. */
const adapters = sources.flatMap(source => {
  const stars = [...readFileSync(source, 'utf8').matchAll(/^export \* from '(.+)'$/gm)].map(([, name]) => name)
  const own = stars.filter(name => name.startsWith('.'))
  return own.length === stars.length ? [] : own.map(name => join(dirname(source), name).replace(/\.js$/, '.ts'))
})

const entries = [...sources, ...adapters, ...programs]

const bundle = await rolldown({
  input: Object.fromEntries(entries.map(path => [relative('src', path).replace(/\.ts$/, ''), path])),
  platform: 'node',
  // Packages stay outside, but for the HTTP framework of the command line: nobody who imports the library has to install it.
  external: /^(?!@hono\/|hono(?:\/|$))[^./]/,
})

await bundle.write({
  dir: 'dist',
  format: 'esm',
  chunkFileNames: 'chunks/[name].js',
  // For people who read it, and stack traces.
  minify: false,
  // They stand in the declarations. A drawing in one of them makes its whole file slower to read, and twice as large in memory.
  comments: { jsdoc: false },
  minifyInternalExports: false,
  codeSplitting: {
    groups: [
      // All that the root export needs: it opens no connection.
      { name: 'protocol', test: /\/src\/(?:index\.ts|base|notifications|core\/events\/maint-events\.ts)/, priority: 3 },
      { name: 'wire', test: /\/src\/wire\//, priority: 2 },
      // A recording is loaded only where it is wanted.
      { name: 'engine', test: /\/src\/(?:core|engine)\/(?!maint\/(?:recording|marked-tap)\.ts)/, priority: 2 },
      // Each file takes its time to load: one without the host, which the umbrella package has as well, and one with it.
      { name: 'node-redis', test: /\/src\/adapters\/node-redis\/(?!index|.*\/hitless-)/, priority: 1 },
      { name: 'node-redis-client', test: /\/src\/adapters\/node-redis\/.*\/hitless-/ },
    ],
  },
})
await bundle.close()
// Its licence goes where its code goes; both packages of it are by the same authors.
copyFileSync('node_modules/hono/LICENSE', 'dist/LICENSE-hono')
