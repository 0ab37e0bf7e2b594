export type { CallStep, ChannelWord, CommandStep } from './scenario/call-steps.js'
export { compareLogs, printEntry } from './scenario/compare.js'
export { runScenario, type ScenarioReport } from './scenario/run.js'
export type {
  LogEntry,
  LogName,
  NodeConduct,
  NodeSettings,
  NotifyStep,
  Scenario,
  ScenarioEnd,
  ScenarioNode,
  Step,
} from './scenario/scenario.js'
export { parseScenario } from './scenario/schema.js'
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.js'
