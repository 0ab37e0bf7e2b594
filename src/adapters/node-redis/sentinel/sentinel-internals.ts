import type { EventEmitter } from 'node:events'
import type * as redis from '@redis/client'
import { assertSeams, type Seam, seam } from '../../../base/seam.js'
import type { HostModule } from '../host-module.js'
import { type HostClient, type HostCommandOptions, prototypeOf, SEAM_OWNER } from '../internals.js'

/** The host's module with its sentinel client. Hosts before version 6 do not export the class of checkouts. */
export type SentinelModule = HostModule &
  Pick<typeof redis, 'createSentinel'> & { readonly RedisSentinelClient: { factory(options: never): unknown } }

/** What a sentinel client or a checkout runs: it is given one of its clients. */
export type Task = (client: HostClient) => unknown

/** A checkout, as far as the host's own code needs what is behind it. */
export interface CheckoutBackend {
  readonly isOpen: boolean
  readonly isReady: boolean
  readonly keyPrefix: unknown
  execute(task: Task, checkout: { readonly id: number }): Promise<unknown>
  releaseClientLease(checkout: { readonly id: number }): Promise<void> | undefined
}

/** Makes a checkout: an object of the host's that runs everything on one client. */
export type CheckoutFactory = (
  backend: CheckoutBackend,
  checkout: { readonly id: number },
  options: HostCommandOptions | undefined,
) => object

/** The part of a host sentinel that the adapter uses. */
export interface HostSentinel extends EventEmitter {
  readonly clientSideCache: { onPoolClose?(): void } | undefined
  readonly identity?: { readonly id: string }
  readonly commandOptions: HostCommandOptions | undefined
  readonly _keyPrefix?: unknown
  GET(key: string): Promise<unknown>
  withCommandOptions(options: object): HostSentinel
}

/** Makes a host sentinel; it never connects. */
export function createHostSentinel(host: SentinelModule, options: object): HostSentinel {
  return host.createSentinel({ ...options } as never) as unknown as HostSentinel
}

/** The factory of checkouts for one set of options: the host builds a class with every command in it. */
export function checkoutFactoryOf(host: SentinelModule, options: object): CheckoutFactory {
  return host.RedisSentinelClient.factory(options as never) as unknown as CheckoutFactory
}

/** The object whose members a sentinel and its views inherit. */
export function properOf(sentinel: HostSentinel): object {
  return prototypeOf(sentinel)
}

const SAMPLE = { name: 'seam', sentinelRootNodes: [{ host: 'localhost', port: 26_379 }] }

/** All that the adapter relies on inside the host's sentinel. */
const SEAMS: readonly Seam<SentinelModule>[] = [
  seam('sentinel.prototype', 'replaces members where a sentinel client and its views inherit them', host =>
    Object.hasOwn(properOf(createHostSentinel(host, SAMPLE)), '_self'),
  ),
  seam('sentinel._execute', 'takes over typed commands, and learns which of them only read', host =>
    callOf(createHostSentinel(host, SAMPLE)),
  ),
  seam('sentinel.checkout', 'makes checkouts that run on one client', host => {
    const tasks: unknown[] = []
    const execute = (task: Task, { id }: { readonly id: number }): Promise<void> => {
      tasks.push(typeof task, id)
      return Promise.resolve()
    }
    const backend = { isOpen: true, isReady: true, keyPrefix: undefined, execute, releaseClientLease: () => undefined }
    const checkout = checkoutFactoryOf(host, SAMPLE)(backend, { id: 3 }, undefined) as HostSentinel
    void checkout.GET('seam')
    return String(tasks) === 'function,3'
  }),
]

/**
 * Checks that a version of the host has what a sentinel client needs; once for each.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` naming what is missing and the supported versions.
 */
export function assertSentinelSupported(host: SentinelModule): void {
  assertSeams(SEAMS, host, () => host, SEAM_OWNER)
}

/** Whether a typed command ends in `_execute`, with whether it only reads. */
function callOf(sentinel: HostSentinel): boolean {
  const calls: unknown[] = []
  Object.defineProperty(properOf(sentinel), '_execute', {
    value: async (isReadonly: unknown, task: unknown) => calls.push(isReadonly, typeof task),
  })
  void sentinel.withCommandOptions({}).GET('seam')
  return String(calls) === 'true,function'
}
