import fc from 'fast-check'

const { CI = '', REDIS_HITLESS_SEED = '' } = process.env
const numRuns = CI === '' || CI === 'false' ? 100 : 1_000

// With the run's seed every property can be repeated as it was; without one each test draws its own, told if it fails.
fc.configureGlobal(REDIS_HITLESS_SEED === '' ? { numRuns } : { numRuns, seed: Number(REDIS_HITLESS_SEED) })
