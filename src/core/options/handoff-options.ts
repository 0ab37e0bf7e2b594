/** How connections are handed off, whatever the reason. */
export interface HandoffOptions {
  /**
   * How long a hand-off may take when the server named no time, in milliseconds.
   *
   * @defaultValue `15_000`
   */
  readonly deadlineMs?: number
  /**
   * Further dials after the first one of a hand-off failed, from 0 to 10.
   *
   * @defaultValue `3`
   */
  readonly retries?: number
  /**
   * The part of the server's grace over which a fleet spreads its hand-offs, from 0 (at once) to 1. When this process
   * dials follows from `instanceId` and the event. Windows shorter than 2 s are not spread.
   *
   * @defaultValue `0.25`
   */
  readonly spread?: number
  /**
   * A text by which this process differs from the others of its fleet.
   *
   * @defaultValue the host's name and the process id
   */
  readonly instanceId?: string
  /**
   * How many hand-offs to one database may dial at once in this process. It is raised to half of its connections.
   *
   * @defaultValue by the number of connections: min(n / 2, max(10, n / 3)), at least 1
   */
  readonly workers?: number
  /**
   * How many hand-offs may wait for their turn. It is raised to 200.
   *
   * @defaultValue max(20 × workers, n), at most 5 × n, at least 2
   */
  readonly queueSize?: number
  /**
   * How long new commands wait at most while the old connection answers what it was sent, in milliseconds. When it
   * is over, new commands go to the next connection all the same, and the old connection drains beside the new one.
   *
   * @defaultValue `1_000`
   */
  readonly fenceTimeoutMs?: number
  /**
   * Whether a move to a host name under TLS checks the certificate for that name. `false`: the configured name stays the
   * one that the certificate must have, wherever the connection leads.
   *
   * @defaultValue `false`
   */
  readonly tlsNameFromTarget?: boolean
}
