import type { FailureKind } from '../../../engine/ports.js'

/** An error of the modelled host, with its kind. */
export class ModelError extends Error {
  readonly kind: FailureKind | 'closed' | 'watch'

  constructor(kind: ModelError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
