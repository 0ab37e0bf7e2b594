export { type LeakWatch, watchLeaks } from './leak-watch.js'
export type { CallOptions, CallsReport, NotedError, RepeatedCalls } from './rehearsal/calls.js'
export {
  type Followed,
  type Rehearsal,
  type RehearsalOptions,
  type RehearsalReport,
  startRehearsal,
} from './rehearsal/rehearsal.js'
export { listScenarios, loadScenario } from './rehearsal/scenario-library.js'
export type { AzureStep } from './scenario/azure-step.js'
export type { CallStep, ChannelWord, CheckoutStep, CommandStep } from './scenario/call-steps.js'
export { compareLogs, printEntry } from './scenario/compare.js'
export type { ClusterEnd, PoolEnd, ScenarioEnd, ScenarioPool } from './scenario/ends.js'
export type { NodeConduct, NodeSettings, ScenarioNode } from './scenario/node-settings.js'
export { type RunOptions, runScenario, type ScenarioReport } from './scenario/run.js'
export type {
  LogEntry,
  LogName,
  NotifyStep,
  Scenario,
  Step,
  WishStep,
} from './scenario/scenario.js'
export { createScenarioSchema } from './scenario/scenario-schema.js'
export { parseScenario } from './scenario/schema.js'
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.js'
