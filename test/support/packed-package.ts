import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed package. */
    tarball: string
  }
}

const run = promisify(execFile)

/**
 * Packs what `npm run build` made, once for all tests of the package. A tarball named by `REDIS_HITLESS_TARBALL` is
 * taken instead.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { REDIS_HITLESS_TARBALL: packed } = process.env
  if (packed !== undefined) {
    project.provide('tarball', packed)
    return undefined
  }
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-pack-'))
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder])
  project.provide('tarball', join(folder, stdout.trim()))
  return () => rm(folder, { recursive: true, force: true })
}
