import { HitlessError } from '../../base/errors.js'
import type { NodeSettings } from '../scenario/node-settings.js'
import type { Scenario, Step } from '../scenario/scenario.js'

/** What no real node can do of what the nodes of a scenario do. */
export function problemsOf({
  nodes,
  steps,
  cluster,
}: Pick<Scenario, 'nodes' | 'steps' | 'cluster'>): readonly string[] {
  const changes = steps.filter(step => step.do === 'node').map((step): [string, NodeSettings] => [step.node, step])
  const ofNodes = [...Object.entries<NodeSettings>(nodes), ...changes].flatMap(
    ([name, { forbids, names, follows }]) => [
      ...(forbids === undefined ? [] : [`${name} forbids commands`]),
      ...(names === undefined ? [] : [`${name} is a sentinel`]),
      ...(cluster === true && follows !== undefined ? [`${name} follows another node of its cluster`] : []),
    ],
  )
  return [...ofNodes, ...(steps.some(namesNobody) ? ['it names no node where slots go'] : [])]
}

function namesNobody(step: Step): boolean {
  return step.do === 'notify' && step.moves?.some(({ target }) => target === null) === true
}

/** Only a modelled world can play this. */
export function unplayable(...problems: readonly string[]): HitlessError<'SIMULATOR_SCRIPT'> {
  const message = `This scenario cannot be played on real sockets: ${problems.join('; ')}`
  return new HitlessError('SIMULATOR_SCRIPT', message, { facts: { problems } })
}
