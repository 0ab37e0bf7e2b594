import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.mjs'
import { testWithNewestNode, whyNoNewestNode } from './newest-node.mjs'
import { toOutcome } from './outcome.mjs'
import { runVitest } from './vitest.mjs'

/**
 * @typedef {object} Circumstances
 * @property {string} folder For files that nobody needs afterwards.
 * @property {boolean} mustNotSkip Whether a skipped test is a failed one.
 * @property {string} seed Of the property tests.
 */

/**
 * @typedef {import('./outcome.mjs').Step & { readonly needs?: string, readonly absence?: string }} PlannedStep
 *   `needs`: the step without whose success this one is left out. `absence`: why it is left out in any case.
 */

/**
 * Everything that has to hold, in order: what stands beside something waits a lot, and runs at the same time.
 *
 * @param {Circumstances} circumstances
 * @returns {readonly (PlannedStep | readonly PlannedStep[])[]}
 */
export function createPlan({ folder, mustNotSkip, seed }) {
  const { name: packageName, version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const tarball = join(folder, `${packageName}-${version}.tgz`)
  const env = { REDIS_HITLESS_SEED: seed, REDIS_HITLESS_TARBALL: tarball }
  const command = (name, words, needs) => ({ name, needs, run: async () => toOutcome(await runCommand(words)) })
  const tests = (name, args, needs) => ({ name, needs, run: () => runVitest(args, { name, folder, env, mustNotSkip }) })
  const newest = { name: 'newest Node', folder, env, mustNotSkip }
  return [
    command('biome', ['biome', 'ci', '.']),
    command('oxlint', ['oxlint', '-c', '.oxlintrc.json', '--type-aware', 'src', 'test']),
    command('types', ['tsc', '--noEmit']),
    command('build', ['npm', 'run', '--silent', 'build']),
    tests('tests', ['--project=unit', '--project=contract*', '--project=types', '--coverage']),
    command('pack', ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder], 'build'),
    [
      { name: newest.name, absence: whyNoNewestNode(mustNotSkip), run: () => testWithNewestNode(newest) },
      tests('package', ['--project=package'], 'pack'),
    ],
    [
      command('publint', ['publint', tarball, '--strict'], 'pack'),
      command('attw', ['attw', tarball], 'pack'),
      command('knip', ['knip']),
      command('site', ['npm', 'run', '--silent', 'site']),
    ],
  ]
}
