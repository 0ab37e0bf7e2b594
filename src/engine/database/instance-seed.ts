import { hostname } from 'node:os'
import { instanceSeed } from '../../core/limits/pacing.js'

/** The seed of this process among its fleet: by the name that the user gave it, or by its machine and number. */
export function instanceSeedOf({ instanceId }: { readonly instanceId: string | undefined }): number {
  return instanceId === undefined
    ? instanceSeed({ host: hostname(), process: process.pid })
    : instanceSeed({ host: instanceId, process: '' })
}
