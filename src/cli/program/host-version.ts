import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { HostName } from './host-name.js'

/**
 * The version of the installed host library.
 *
 * @throws Error where it is not installed.
 */
export function hostVersion(name: HostName = '@redis/client'): string {
  // Its manifest may not be exported, so it is looked for from the entry upwards.
  let folder = dirname(findEntry(name))
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(folder)
    if (manifest?.name === name && manifest.version !== undefined) return manifest.version
  }
  return 'unknown'
}

function findEntry(name: HostName): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new Error(`${name} is not installed: npm install ${name}`, { cause })
  }
}

function readManifest(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}
