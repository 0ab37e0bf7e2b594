import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createPlan } from './runner/plan.mjs'
import { print, reportOmitted, reportStep } from './runner/report.mjs'

process.chdir(resolve(import.meta.dirname, '..'))

const MAX_SEED = 2 ** 31 - 1
const { CI = '', REDIS_HITLESS_SEED: seed = String(randomInt(MAX_SEED)) } = process.env
const isCI = CI !== '' && CI !== 'false'

/** @param {ReturnType<typeof createPlan>} plan */
async function runAll(plan) {
  const total = { passed: 0, failed: 0 }
  const unavailable = new Set()
  /** @param {import('./runner/plan.mjs').PlannedStep} step */
  const runStep = async ({ name, needs, absence, run }) => {
    const reason = unavailable.has(needs) ? `needs ${needs}` : absence
    if (reason !== undefined) {
      unavailable.add(name)
      reportOmitted(name, reason)
      return
    }
    const startedAt = performance.now()
    const outcome = await run()
    reportStep(name, outcome, performance.now() - startedAt)
    total.passed += outcome.passed
    total.failed += outcome.failed
    if (outcome.failed > 0) unavailable.add(name)
  }
  for (const step of plan) await Promise.all([step].flat().map(runStep))
  return total
}

async function main() {
  if (!existsSync('node_modules/.bin/vitest')) {
    print('The dependencies are missing: run "npm ci" first')
    return { passed: 0, failed: 1 }
  }
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-test-'))
  try {
    print(`Property tests: ${isCI ? '1,000' : '100'} runs each, seed ${seed} (REDIS_HITLESS_SEED=${seed} repeats them)`)
    return await runAll(createPlan({ folder, mustNotSkip: isCI, seed }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const { passed, failed } = await main()
process.exitCode = failed === 0 ? 0 : 1
print(`${passed} passed, ${failed} failed`)
