import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { inject } from 'vitest'

/** What a program printed and how it ended. */
export interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The fields of the packed `package.json` that the tests read. */
export interface PackedManifest {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const INSTALLED = resolve('node_modules')

/** Compilers by version: the one of this project, and one from before CommonJS could import ES modules. */
const TYPESCRIPT: Readonly<Record<'7.0' | '5.6', string>> = {
  '7.0': join(INSTALLED, 'typescript/bin/tsc'),
  '5.6': join(INSTALLED, '@arethetypeswrong/core/node_modules/typescript/bin/tsc'),
}

/** How a consumer compiles where it differs from the strictest settings for the newest Node. */
export interface Compiler {
  readonly version?: keyof typeof TYPESCRIPT
  readonly options?: Readonly<Record<string, unknown>>
}

interface ConsumerOptions {
  readonly peers: boolean
  readonly host?: string
  readonly others?: readonly string[]
}

const NODE_TYPES = '@types/node'

/** A project somewhere else that has installed the packed package with what that declares, and nothing more. */
export class Consumer {
  readonly manifest: PackedManifest
  readonly #folder: string

  private constructor(folder: string, manifest: PackedManifest) {
    this.#folder = folder
    this.manifest = manifest
  }

  /**
   * Creates the project. Without its optional peers no host library is there.
   *
   * @param others - Further packages that it has installed.
   * @param host - Under which name the `@redis/client` is installed that it has; by default the newest.
   */
  static async create({ peers, host, others = [] }: ConsumerOptions): Promise<Consumer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-consumer-'))
    const installed = join(folder, 'node_modules/redis-hitless')
    await mkdir(installed, { recursive: true })
    await execute('tar', ['-xzf', inject('tarball'), '--strip-components=1', '-C', installed])
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as PackedManifest
    const declared = { ...manifest.dependencies, ...(peers ? manifest.peerDependencies : {}) }
    for (const name of [...Object.keys(declared), ...others, NODE_TYPES]) await link(folder, name)
    if (host !== undefined) await link(folder, '@redis/client', host)
    return new Consumer(folder, manifest)
  }

  /** Runs a piece of code, as an ES module or as a CommonJS script. */
  evaluate(type: 'module' | 'commonjs', code: string): Promise<Run> {
    return execute(process.execPath, [`--input-type=${type}`, '--eval', code], this.#folder)
  }

  /** Runs a file of tests with Node's own runner. */
  async test(name: string, code: string): Promise<Run> {
    await this.#write(name, code)
    return execute(process.execPath, ['--test', name], this.#folder)
  }

  /** Runs a file of tests with vitest, which must be installed. */
  async vitest(name: string, code: string): Promise<Run> {
    await this.#write(name, code)
    return execute(process.execPath, [join(INSTALLED, 'vitest/vitest.mjs'), 'run', name], this.#folder)
  }

  /** Compiles files, given by name and text, with TypeScript's strictest settings for Node. */
  async compile(
    files: Readonly<Record<string, string>>,
    { version = '7.0', options = {} }: Compiler = {},
  ): Promise<Run> {
    for (const [name, text] of Object.entries(files)) await this.#write(name, text)
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023'],
      types: ['node'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      ...options,
    }
    await this.#write('tsconfig.json', JSON.stringify({ compilerOptions, files: Object.keys(files) }))
    return execute(process.execPath, [TYPESCRIPT[version], '-p', '.', '--pretty', 'false'], this.#folder)
  }

  /** Removes the project. */
  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }

  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}

async function link(folder: string, name: string, installed = name): Promise<void> {
  const path = join(folder, 'node_modules', name)
  await rm(path, { force: true })
  await mkdir(dirname(path), { recursive: true })
  await symlink(join(INSTALLED, installed), path, 'junction')
}

function execute(file: string, args: readonly string[], cwd?: string): Promise<Run> {
  return new Promise(done => {
    execFile(file, args, { ...(cwd !== undefined && { cwd }) }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}
