import { defineConfig } from 'vitest/config'

const LAYERS_AT_95 = ['wire', 'notifications', 'core']
const LAYERS_AT_85 = ['base', 'adapters', 'simulator', 'testing', 'cli']

function floors(layers: readonly string[], percent: number): object {
  return Object.fromEntries(layers.map(layer => [`src/${layer}/**`, { lines: percent, branches: percent }]))
}

const setupFiles = ['test/support/property-runs.ts', 'test/support/leak-check.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    projects: [
      {
        // Everything that needs no server but what it starts by itself.
        extends: true,
        test: {
          name: 'unit',
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
      thresholds: { ...floors(LAYERS_AT_95, 95), ...floors(LAYERS_AT_85, 85) },
    },
  },
})
