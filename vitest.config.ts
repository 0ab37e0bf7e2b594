import { defineConfig } from 'vitest/config'

/** The least coverage in percent, which has to hold where neither redis-server nor Docker is to be had, too. */
const FLOORS = {
  base: { lines: 85, branches: 85 },
  wire: { lines: 95, branches: 95 },
  notifications: { lines: 95, branches: 95 },
  core: { lines: 95, branches: 95 },
  // The pool and the ways to lose a connection have branches that only some orders of events take.
  engine: { lines: 85, branches: 80 },
  // Clusters have answers that only real ones give, at moments that differ from run to run.
  adapters: { lines: 85, branches: 75 },
  simulator: { lines: 85, branches: 85 },
  testing: { lines: 85, branches: 85 },
  // What is examined, recorded and controlled has answers that only servers elsewhere give.
  cli: { lines: 85, branches: 79 },
}

/**
 * Files with a process of their own: they measure its heap, switch on for good what all its clients share, or want its
 * first client, whose number tells when it moves.
 */
const APART = [
  'test/contract/instrumentation.test.ts',
  ...['injected', 'leaks', 'pool-endurance', 'traces'].map(name => `test/contract/node-redis/${name}.test.ts`),
]

/** Files that come when all others have ended: real sentinels promote a node in a tenth of a second, whatever else the machine does. */
const ALONE = ['test/contract/sentinel/create-sentinel.test.ts']

const setupFiles = ['test/support/property-runs.ts', 'test/support/leak-check.ts']

export default defineConfig({
  test: {
    // Ten times what they take: a busy machine is slow, and says nothing else.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Many tests wait for timers of their own: more of them at once than there are processors take less time.
    maxWorkers: 4,
    // What is asked for again and again comes in its own time on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        // Everything that needs no server but what it starts by itself.
        extends: true,
        test: {
          name: 'unit',
          // Most of their time went into loading the same modules once for each file. They share no state but that of the
          // process, and the leak check sees that no test leaves anything open.
          isolate: false,
          include: ['test/{unit,property,replay,architecture}/**/*.test.ts'],
          setupFiles,
        },
      },
      {
        // Over every back end that is there.
        extends: true,
        test: {
          name: 'contract',
          include: ['test/{contract,scenario}/**/*.test.ts'],
          exclude: [...APART, ...ALONE],
          // As above; what is kept for the whole process is kept by address, and each test has its own.
          isolate: false,
          setupFiles,
          globalSetup: ['test/support/report-backends.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'contract apart',
          include: APART,
          setupFiles,
          globalSetup: ['test/support/report-backends.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'contract alone',
          include: ALONE,
          sequence: { groupOrder: 1 },
          setupFiles,
          globalSetup: ['test/support/report-backends.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
      {
        // Over the packed tarball of what `npm run build` made.
        extends: true,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/support/packed-package.ts'],
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'json-summary'],
      thresholds: Object.fromEntries(Object.entries(FLOORS).map(([layer, floor]) => [`src/${layer}/**`, floor])),
    },
  },
})
