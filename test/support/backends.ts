import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.js'
import { type BackendName, type BackendReport, probeBackends } from './backend-probe.js'
import { type RunningBackend, startBackend } from './backend-server.js'

/** A back end as a test sees it. */
export interface TestBackend {
  readonly name: BackendName
  /** Starts a simulator over it, which is disposed of after the test. */
  simulate(options?: Omit<SimulatorOptions, 'backend'>): Promise<Simulator>
}

const START_LIMIT_MS = 120_000

// Where the run has no global set-up that looked already, the file looks for itself.
const all: readonly BackendReport[] = inject('backends') ?? (await probeBackends())

/** Where what is tested is something else, such as the version of Node, one of them says it all: the run names it. */
const { REDIS_HITLESS_ONLY_BACKEND: only = '' } = process.env

const reports = all.filter(({ name }) => only === '' || name === only)

/**
 * Declares the same tests once per back end. One server serves the block; its data is taken away after each test.
 *
 * A back end that is absent shows as one skipped test, or as a failed one where it is required.
 */
export function describeBackends(title: string, define: (backend: TestBackend) => void): void {
  for (const report of reports) {
    describe(`${title}, over ${report.name}`, () => {
      if (report.absence === undefined) define(prepare(report.name))
      else declareAbsence(report.absence, report.required)
    })
  }
}

/** Declares tests over the store alone: of what happens in the client and is the same whatever the server. */
export function describeStore(title: string, define: (backend: TestBackend) => void): void {
  describe(`${title}, over store`, () => define(prepare('store')))
}

/** Declares in place of tests that what they need is not there. */
export function declareAbsence(absence: string, required: boolean): void {
  if (required) it('is there', () => expect.fail(absence))
  else it.skip(`skipped: ${absence}`, () => {})
}

function prepare(name: BackendName): TestBackend {
  const simulators = new Set<Simulator>()
  let running: RunningBackend | undefined
  beforeAll(async () => {
    running = await startBackend(name)
  }, START_LIMIT_MS)
  afterEach(async () => {
    await Promise.all([...simulators].map(simulator => simulator.dispose()))
    simulators.clear()
    await running?.flush()
  })
  afterAll(async () => {
    await running?.stop()
  })
  return {
    name,
    simulate: async options => {
      const simulator = await createSimulator({ ...options, backend: running?.options ?? { kind: 'store' } })
      simulators.add(simulator)
      return simulator
    },
  }
}
