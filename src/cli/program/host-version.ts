import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The version of the installed `@redis/client`. */
export function hostVersion(): string {
  // Its manifest is not exported, so it is looked for from the entry upwards.
  let folder = dirname(createRequire(import.meta.url).resolve('@redis/client'))
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(folder)
    if (manifest?.name === '@redis/client' && manifest.version !== undefined) return manifest.version
  }
  return 'unknown'
}

function readManifest(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}
