import { z } from 'zod'

/** Who runs the server, as far as it matters to a client. */
export const PROVIDERS = [
  'redis-cloud',
  'redis-enterprise',
  'azure-cache',
  'azure-managed-redis',
  'elasticache',
  'memorystore',
  'generic',
] as const

/** One of {@link PROVIDERS}. */
export type Provider = (typeof PROVIDERS)[number]

/** What an announcement of Azure leads to; each can be switched off. */
export interface AzureReactions {
  /** Raise timeouts from Starting to FailoverComplete or Ended. Default `true`. */
  readonly relax?: boolean
  /** Let writes wait from Start to FailoverComplete, at most 30 s, while reads go on. Default `true`. */
  readonly pauseWrites?: boolean
  /** Hand off to the freshly resolved endpoint after FailoverComplete. Default `true`. */
  readonly reconnect?: boolean
  /** Compare the address in use with those of the name after FailoverComplete, Ended and ScaleComplete. Default `true`. */
  readonly refresh?: boolean
}

/** Where the server runs, and what follows from that. */
export interface ProviderOptions {
  /**
   * Fills defaults that are left open. `auto` goes by the configured host name; `status()` also by whether the server accepts
   * the opt-in.
   *
   * @defaultValue `'auto'`
   */
  readonly provider?: Provider | 'auto'
  /**
   * Whether to listen to Azure's channel, on a connection of its own. `auto` does where the provider is `azure-cache`.
   *
   * @defaultValue `'auto'`
   */
  readonly azureEvents?: 'auto' | boolean
  /**
   * What its announcements lead to.
   *
   * @defaultValue all of it
   */
  readonly azureReactions?: AzureReactions
}

/** What the fields must look like. */
export const providerFields: Readonly<Record<keyof ProviderOptions, z.ZodType>> = {
  provider: z.enum(['auto', ...PROVIDERS]).optional(),
  azureEvents: z.union([z.literal('auto'), z.boolean()]).optional(),
  azureReactions: z
    .strictObject({
      relax: z.boolean().optional(),
      pauseWrites: z.boolean().optional(),
      reconnect: z.boolean().optional(),
      refresh: z.boolean().optional(),
    })
    .optional(),
}
