import type { TestProject } from 'vitest/node'
import { type BackendReport, probeBackends, summarise } from './backend-probe.js'

declare module 'vitest' {
  export interface ProvidedContext {
    backends: readonly BackendReport[]
  }
}

/** Looks for the back ends once for the whole run, and says at its end which were used. */
export async function setup(project: TestProject): Promise<() => void> {
  const reports = await probeBackends()
  project.provide('backends', reports)
  return () => process.stdout.write(`${summarise(reports)}\n`)
}
