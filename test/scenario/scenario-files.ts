import { readdirSync, readFileSync } from 'node:fs'
import { parseScenario, type Scenario } from '../../src/testing/index.js'

/** Where the scenario files are. */
export const SCENARIO_FOLDER: URL = new URL('../../spec/scenarios/', import.meta.url)

/** The names of all scenario files. */
export const SCENARIO_FILES: readonly string[] = readdirSync(SCENARIO_FOLDER).filter(name => name.endsWith('.json'))

/** Reads a scenario file; throws where it is none, or expects nothing. */
export function readScenario(name: string): Scenario {
  return parseScenario(readFileSync(new URL(name, SCENARIO_FOLDER), 'utf8'))
}
