import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closestTo } from '../../base/closest-name.js'
import { isHitlessError } from '../../base/errors.js'
import { parseScenario, type Scenario } from '../../testing/index.js'
import { REHEARSALS } from '../../testing/rehearsal/rehearsals.js'
import { isNodeStep, type NodeStep } from '../../testing/rehearsal/scenario-nodes.js'
import { problemsOf } from '../../testing/rehearsal/unplayable.js'

/** A scenario with its name. */
export interface ShelvedScenario {
  readonly name: string
  readonly scenario: Scenario
  /** Whether it is one of those to begin with. */
  readonly isRehearsal: boolean
}

/** The steps that servers take; the rest of a scenario is about the client in front of them. */
export function serverSteps({ steps }: Scenario): readonly NodeStep[] {
  return steps.filter(isNodeStep)
}

/** Reads all scenarios in a folder in which servers do something that real ones can: first those to begin with. */
export async function readShelf(folder: string): Promise<readonly ShelvedScenario[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.json')).sort()
  const names = files.map(file => file.replace(/\.json$/, ''))
  const rehearsals = [...REHEARSALS].map(([name, file]) => ({ name, file, isRehearsal: true }))
  const others = names.filter(name => !REHEARSALS.has(name)).map(name => ({ name, file: name, isRehearsal: false }))
  const shelved = await Promise.all(
    [...rehearsals, ...others].map(async ({ name, file, isRehearsal }) => {
      const text = await readFile(join(folder, `${file}.json`), 'utf8')
      return { name, scenario: parseScenario(text), isRehearsal }
    }),
  )
  return shelved.filter(({ scenario }) => serverSteps(scenario).length > 0 && problemsOf(scenario).length === 0)
}

/**
 * Finds a scenario by its name, or reads it from a file.
 *
 * @throws RangeError where there is none; HitlessError `SIMULATOR_SCRIPT` where the file holds none.
 */
export async function findScenario(folder: string, name: string): Promise<Scenario> {
  const isName = /^[a-z][a-z0-9-]*$/.test(name)
  const path = isName ? join(folder, `${REHEARSALS.get(name) ?? name}.json`) : name
  try {
    return parseScenario(await readFile(path, 'utf8'))
  } catch (error) {
    if (isHitlessError(error)) throw error
    // A path may be a URL by mistake, with a password in it.
    if (!isName)
      throw new RangeError('There is no scenario of that name, and no file: redis-hitless scenarios lists them')
    const names = (await readShelf(folder)).map(shelved => shelved.name)
    const meant = closestTo(name, names)
    const hint = meant === undefined ? 'redis-hitless scenarios lists them' : `did you mean ${meant}?`
    throw new RangeError(`There is no scenario ${JSON.stringify(name)}: ${hint}`)
  }
}
