/** @typedef {import('./outcome.mjs').Outcome} Outcome */

const NAME_WIDTH = 11

/**
 * Prints a step that has ended on one line, and everything that it printed where it failed.
 *
 * @param {string} name
 * @param {Outcome} outcome
 * @param {number} durationMs
 */
export function reportStep(name, { passed, failed, notes, output }, durationMs) {
  const verdict = failed === 0 ? 'ok  ' : 'FAIL'
  const counts = passed + failed > 1 ? `${passed} passed, ${failed} failed` : ''
  const line = `${verdict}  ${name.padEnd(NAME_WIDTH)}  ${`${(durationMs / 1_000).toFixed(1)} s`.padStart(8)}  ${counts}`
  print(line.trimEnd())
  for (const note of notes) print(`      ${note}`)
  if (failed > 0) print(`\n${output.trim()}\n`)
}

/**
 * Prints a step that was not run.
 *
 * @param {string} name
 * @param {string} reason
 */
export function reportOmitted(name, reason) {
  print(`left  ${name.padEnd(NAME_WIDTH)}            ${reason}`)
}

/** @param {string} line */
export function print(line) {
  process.stdout.write(`${line}\n`)
}
