import { cpus, loadavg } from 'node:os'
import type { HostName } from '../program/host-name.js'
import { hostVersion } from '../program/host-version.js'

/** Where figures were measured. */
export interface Environment {
  readonly node: string
  readonly cpu: string
  readonly cpus: number
  /** Processes that wanted to run, on average over the last minute, before the benchmark began. */
  readonly load: number
  readonly client: HostName
  /** The version of that library. */
  readonly host: string
  /** The server behind the hot path; `null` where none was needed. */
  readonly backend: string | null
}

/** Looks where this process runs. */
export function readEnvironment(backend: string | null, client: HostName): Environment {
  const all = cpus()
  return {
    node: process.versions.node,
    cpu: all[0]?.model.trim() ?? 'unknown',
    cpus: all.length,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    client,
    host: hostVersion(client),
    backend,
  }
}

/** The environment on one line. */
export function printEnvironment({ node, cpu, cpus: count, load, client, host, backend }: Environment): string {
  const server = backend === null ? '' : `, ${backend}`
  return `Node ${node}, ${count} × ${cpu}, load ${load}, ${client} ${host}${server}`
}
