export type {
  AnnouncedMove,
  Announcement,
  Completion,
  MovingAnnouncement,
  MovingTarget,
  ShardsArrivedAnnouncement,
  ShardsLeavingAnnouncement,
  SlotsMigratedAnnouncement,
  SlotsMigratingAnnouncement,
} from './announcements/announcement.js'
export type { AzureAnnouncement } from './azure/azure-announcement.js'
export { AZURE_WALKTHROUGH, type AzurePlay, type AzureStep, playAzureWalkthrough } from './azure/walkthrough.js'
export type { BackendOptions } from './backends/backend.js'
export { findRedisServer } from './backends/redis-process.js'
export type {
  AnnouncedSlotMove,
  ClusterOptions,
  SimCluster,
  SimShard,
  SlotMigrationEffect,
} from './cluster/sim-cluster.js'
export type { SlotTransit } from './cluster/slot-transit.js'
export type { SlotsTo } from './cluster/slots-to.js'
export type { ClusterEndpointType } from './cluster/topology.js'
export { createSimulator } from './create-simulator.js'
export type { SimEntrance } from './entrance.js'
export type { SimEvent } from './event-log.js'
export type { Credentials, HangUp, Loading, MaintSupport, PausedCommands } from './faults/conduct.js'
export type { CommandFilter, CustomAnswer } from './faults/custom-answers.js'
export { MovingName } from './moving-name.js'
export type { SimNode } from './node.js'
export type { NodeOptions } from './node-options.js'
export type { SentinelOptions, SimFailover, SimSentinels } from './sentinel/sim-sentinels.js'
export type { SessionEvent } from './sessions/accepted.js'
export type { Slowness } from './sessions/drip.js'
export type { PushTargets } from './sessions/push-targets.js'
export { MOVING_ENDPOINT_TYPES, type MovingEndpointType, type SimConnection } from './sessions/sim-connection.js'
export type { Simulator, SimulatorOptions } from './simulator.js'
export type { TlsIdentity } from './tls/self-signed.js'
export type { TlsOptions } from './tls/tls-identity.js'
