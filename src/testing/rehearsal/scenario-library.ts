import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { HitlessError } from '../../base/errors.js'
import type { Scenario } from '../scenario/scenario.js'
import { parseScenario } from '../scenario/schema.js'
import { REHEARSALS } from './rehearsals.js'

const FOLDER = 'spec/scenarios/'

/** How many names a message lists. */
const MOST_NAMED = 8

/**
 * The names of the scenarios that come with this library, in order: their files' names without `.json`, and those by which the
 * command line knows the ones to begin with.
 */
export function listScenarios(): readonly string[] {
  const files = readdirSync(findFolder()).filter(name => name.endsWith('.json'))
  const names = files.map(name => name.slice(0, -'.json'.length))
  return [...new Set([...names, ...REHEARSALS.keys()])].sort()
}

/**
 * Reads a scenario that comes with this library.
 *
 * @param name - One of {@link listScenarios}.
 * @throws HitlessError `SIMULATOR_SCRIPT` where there is none of that name.
 */
export function loadScenario(name: string): Scenario {
  const known = listScenarios()
  if (known.includes(name)) {
    const file = REHEARSALS.get(name) ?? name
    return parseScenario(readFileSync(new URL(`${file}.json`, findFolder()), 'utf8'))
  }
  const words = name.split('-').filter(word => word.length > 2)
  const like = known.filter(other => words.some(word => other.includes(word))).slice(0, MOST_NAMED)
  const hint = like.length > 0 ? `there are ${like.join(', ')}` : 'see listScenarios()'
  const problems = [`${name}: no such scenario; ${hint}`]
  throw new HitlessError('SIMULATOR_SCRIPT', problems.join(), { facts: { problems } })
}

/** The folder lies at the root of the package; how deep this file lies below it depends on how it was bundled. */
function findFolder(): URL {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL(FOLDER, folder))) {
    const parent = new URL('..', folder)
    if (parent.href === folder.href) {
      const problems = [`${FOLDER}: the folder is missing from the package`]
      throw new HitlessError('SIMULATOR_SCRIPT', problems.join(), { facts: { problems } })
    }
    folder = parent
  }
  return new URL(FOLDER, folder)
}
