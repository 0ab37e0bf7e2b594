import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** How long the compiler may take, in milliseconds. */
export const BUILD_LIMIT_MS = 120_000

/** The programs of the sources as they are, compiled for one test file. */
export class BuiltPrograms {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Compiles inside the package, so that the programs find its manifest and its dependencies. */
  static async create(): Promise<BuiltPrograms> {
    const parent = resolve('.demo')
    await mkdir(parent, { recursive: true })
    const folder = await mkdtemp(join(parent, 'build-'))
    const programs = new BuiltPrograms(folder)
    // Types are checked elsewhere, once.
    const built = await run('node_modules/typescript/bin/tsc', '-p', 'src', '--outDir', folder, '--noCheck')
    if (built.code !== 0) await programs.dispose()
    expect(built).toMatchObject({ code: 0, stdout: '' })
    return programs
  }

  /** Where a program is, by its path from `src` without an extension. */
  path(program: string): string {
    return join(this.#folder, `${program}.js`)
  }

  /** Runs a program to its end. */
  run(program: string, ...args: readonly string[]): Promise<Ended> {
    return run(this.path(program), ...args)
  }

  /** Removes them. */
  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise(done => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
