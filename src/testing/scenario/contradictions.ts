import { isHitlessError } from '../../base/errors.js'
import { checkOptions } from '../../core/options/options-schema.js'
import type { Scenario, Step } from './scenario.js'

/** Contradictions in a scenario whose single parts are all valid. */
export function contradictions(scenario: Scenario): readonly string[] {
  const { steps, nodes, configured, expect, ignore = [], end } = scenario
  const problems: string[] = []
  const named = [configured, ...steps.flatMap(nodesOf), ...Object.keys(end.connections)]
  for (const name of new Set(named)) if (!Object.hasOwn(nodes, name)) problems.push(`There is no node ${name}`)
  for (const [index, { at }] of steps.entries()) {
    if (at < (steps[index - 1]?.at ?? 0)) problems.push(`Step ${index} is earlier than the one before`)
  }
  if (end.at < (steps.at(-1)?.at ?? 0)) problems.push('The end is earlier than the last step')
  problems.push(...wrongOptions(scenario), ...confusions(steps), ...misplaced(scenario), ...misfits(scenario))
  for (const event of new Set(expect.map(expected => expected.event))) {
    if (ignore.includes(event)) problems.push(`${event} is both expected and ignored`)
  }
  return problems
}

function wrongOptions({ options = {} }: Scenario): readonly string[] {
  try {
    checkOptions(options)
    return []
  } catch (error) {
    if (isHitlessError(error, 'OPTIONS_INVALID')) return error.facts.problems
    throw error
  }
}

/** Slots without a cluster, and a pool of one. */
function misfits({ cluster, pool, nodes, steps }: Scenario): readonly string[] {
  if (cluster === true) return pool === undefined ? [] : ['A cluster has no pool']
  const hasSlots = steps.some(step => step.do === 'begin-move' || (step.do === 'node' && step.owns !== undefined))
  const owns = hasSlots || Object.values(nodes).some(node => node.owns !== undefined)
  return owns ? ['Only nodes of a cluster own slots'] : []
}

/** Steps that use a client which no task has checked out, or any client of a pool where there is no pool. */
function misplaced({ steps, pool }: Scenario): readonly string[] {
  const tasks = new Set<string>()
  return steps.flatMap(step => {
    const task = taskOf(step)
    if (step.do === 'check-out') tasks.add(step.as)
    if (task === undefined) return []
    if (pool === undefined) return ['There is no pool']
    return tasks.has(task) ? [] : [`Nothing was checked out as ${task}`]
  })
}

function taskOf(step: Step): string | undefined {
  if (step.do === 'check-out' || step.do === 'return') return step.as
  return 'with' in step ? step.with : undefined
}

/** Calls with the same name, and ends of calls that were never made. */
function confusions(steps: readonly Step[]): readonly string[] {
  const asked = new Set<string>()
  return steps.flatMap(step => {
    switch (step.do) {
      case 'abort':
        return asked.has(step.as) ? [] : [`No command ${step.as} was sent before it is withdrawn`]
      case 'send':
      case 'watch':
      case 'block':
      case 'check-out': {
        const isTaken = asked.has(step.as)
        asked.add(step.as)
        return isTaken ? [`Two calls are named ${step.as}`] : []
      }
      default:
        return []
    }
  })
}

function nodesOf(step: Step): readonly string[] {
  switch (step.do) {
    case 'notify':
      return [
        step.on,
        step.endpoint ?? [],
        step.moves?.flatMap(({ source, target }) => [source, target ?? []].flat()) ?? [],
      ].flat()
    case 'node':
      return [step.node, step.follows ?? [], step.names ?? []].flat()
    case 'publish':
      return [step.on]
    case 'configure':
    case 'drop':
    case 'begin-move':
      return [step.node]
    default:
      return []
  }
}
