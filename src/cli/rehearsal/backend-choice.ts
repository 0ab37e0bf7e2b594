import type { BackendChoice } from './rehearsal-stage.js'

const CHOICES: readonly BackendChoice[] = ['auto', 'store', 'spawn']

/**
 * Reads which data set is wanted behind the nodes.
 *
 * @throws RangeError where it is none.
 */
export function parseBackendChoice(text: string): BackendChoice {
  const choice = CHOICES.find(name => name === text)
  if (choice === undefined) throw new RangeError(`--backend must be one of ${CHOICES.join(', ')}`)
  return choice
}
