import { z } from 'zod'
import { scenarioForm } from './schema.js'

/** Makes the JSON Schema of scenario files, for editors and other validators, from what {@link parseScenario} checks. */
export function createScenarioSchema(): object {
  const schema = z.toJSONSchema(scenarioForm, { target: 'draft-7', io: 'input', reused: 'ref' })
  return { ...schema, title: 'A scenario of redis-hitless' }
}
