import type { AzureStep, NodeSettings, NotifyStep, Step } from '../../testing/index.js'

/** Says in one line what a server does. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'notify':
      return `${step.on} announces ${describeNotice(step)}${(step.times ?? 1) > 1 ? `, ${step.times} times` : ''}`
    case 'node':
      return `${step.node} ${describeChange(step)}`
    case 'drop':
      return `${step.node} breaks its connections`
    case 'begin-move':
      return `slot ${step.slot} begins to move to ${step.node}`
    case 'configure':
      return `the configured endpoint leads to ${step.node}`
    case 'azure':
      return `Azure publishes ${describeAzure(step)}`
    default:
      return step.do
  }
}

function describeChange({ conduct, owns, refuses, handshakeMs = 1 }: NodeSettings): string {
  if (conduct !== undefined) return `is from now on ${conduct}`
  if (owns !== undefined) return `owns slots ${describeSlots(owns)}`
  if (refuses === null) return 'refuses commands no longer'
  if (refuses !== undefined) return `refuses commands with ${refuses}`
  return `is from now on slower: a handshake takes ${handshakeMs} ms`
}

function describeSlots(slots: NonNullable<NodeSettings['owns']>): string {
  return slots.map(({ from, to }) => `${from}-${to}`).join(', ')
}

function describeAzure({ announcement: { type, startsInMs } }: AzureStep): string {
  return startsInMs === undefined ? type : `${type}, due in ${startsInMs / 1_000} s`
}

function describeNotice({ kind, graceMs, endpoint, shards, slots }: NotifyStep): string {
  const within = graceMs === undefined ? '' : ` within ${graceMs / 1_000} s`
  const target = kind === 'moving' ? ` to ${endpoint ?? 'no named endpoint'}` : ''
  const which = shards === undefined ? '' : ` of shard ${shards.join(', ')}`
  const range = slots === undefined ? '' : ` of slots ${describeSlots(slots)}`
  return `${kind}${target}${which}${range}${within}`
}
