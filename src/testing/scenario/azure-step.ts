import { z } from 'zod'
import { AZURE_ANNOUNCEMENTS, type AzureAnnouncement } from '../../simulator/azure/azure-announcement.js'

const ms = z.number().finite().nonnegative()

/** The form of what Azure publishes. */
export const azureAnnouncement: z.ZodType = z.strictObject({
  type: z.enum(AZURE_ANNOUNCEMENTS),
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
