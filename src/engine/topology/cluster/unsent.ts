const unsent = new WeakSet<object>()

/** Marks the error with which commands fail that were never written, since their node has left the cluster. */
export function asUnsent<E extends object>(error: E): E {
  unsent.add(error)
  return error
}

/** Whether a command failed before it was written, since its node left the cluster: it is sent to the owner of its slot. */
export function isUnsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error)
}
