import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsIdentity } from '../../simulator/index.js'
import { toIdentity } from '../../simulator/tls/tls-identity.js'

/** What all nodes of a rehearsal present over TLS, and the file by which another process trusts it. */
export interface TrustedCertificate {
  readonly identity: TlsIdentity
  readonly file: string
  remove(): Promise<void>
}

/**
 * Makes a certificate for loopback, and writes it to a file.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` where the package that makes certificates is not installed.
 */
export async function makeTrusted(): Promise<TrustedCertificate | undefined> {
  const identity = await toIdentity(true, [])
  if (identity === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-tls-'))
  const file = join(folder, 'certificate.pem')
  await writeFile(file, identity.cert)
  return { identity, file, remove: () => rm(folder, { recursive: true, force: true }) }
}
