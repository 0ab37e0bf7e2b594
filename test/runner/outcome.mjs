/**
 * @typedef {object} Outcome What came out of one step.
 * @property {number} passed Tests, and the step itself.
 * @property {number} failed
 * @property {readonly string[]} notes What people should know even if all is well.
 * @property {string} output Everything that was printed, for when something failed.
 */

/** @typedef {{ readonly name: string, readonly run: () => Promise<Outcome> }} Step */

/**
 * The outcome of a step that either succeeds or does not.
 *
 * @param {import('./command.mjs').Ended} ended
 * @returns {Outcome}
 */
export function toOutcome({ succeeded, output }) {
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, notes: [], output }
}
