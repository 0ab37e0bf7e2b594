import { z } from 'zod'
import type { AzureAnnouncement } from '../../simulator/azure/azure-announcement.js'

const AZURE = [
  'azure-scheduled',
  'azure-starting',
  'azure-start',
  'azure-failover-complete',
  'azure-ended',
  'azure-scale-complete',
] as const
const ms = z.number().finite().nonnegative()

/** The form of what Azure publishes. */
export const azureAnnouncement: z.ZodType = z.strictObject({
  type: z.enum(AZURE),
  startsInMs: ms.optional(),
  isReplica: z.boolean().optional(),
  ipAddress: z.string().optional(),
  sslPort: z.int().optional(),
  nonSslPort: z.int().optional(),
})

/** Azure publishes on its channel, as Azure Cache for Redis does before and during a maintenance. */
export interface AzureStep {
  readonly at: number
  readonly do: 'azure'
  readonly announcement: AzureAnnouncement
}
