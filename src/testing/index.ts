export type { CallStep, ChannelWord, CheckoutStep, CommandStep } from './scenario/call-steps.js'
export { compareLogs, printEntry } from './scenario/compare.js'
export { type RunOptions, runScenario, type ScenarioReport } from './scenario/run.js'
export type {
  LogEntry,
  LogName,
  NodeConduct,
  NodeSettings,
  NotifyStep,
  PoolEnd,
  Scenario,
  ScenarioEnd,
  ScenarioNode,
  ScenarioPool,
  Step,
  WishStep,
} from './scenario/scenario.js'
export { parseScenario } from './scenario/schema.js'
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.js'
