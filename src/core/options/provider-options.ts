/** The services that run servers, as far as a client has to know them. */
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

/** What is done about Azure Cache, which announces maintenance on a channel of its own. */
export interface AzureOptions {
  /**
   * Whether to listen to Azure's channel, on a connection of its own. `auto` does where the provider is `azure-cache`.
   * `false` does not.
   *
   * @defaultValue `'auto'`
   */
  readonly events?: 'auto' | boolean
  /**
   * What its announcements lead to. `false`: events, and nothing else.
   *
   * @defaultValue all of it
   */
  readonly reactions?: AzureReactions | false
}
