import { oneOf } from '../program/one-of.js'
import type { BackendChoice } from './rehearsal-stage.js'

const CHOICES: readonly BackendChoice[] = ['auto', 'store', 'spawn']

/**
 * Reads which data set is wanted behind the nodes.
 *
 * @throws RangeError where it is none.
 */
export function parseBackendChoice(text: string): BackendChoice {
  return oneOf('--backend', CHOICES, text)
}
