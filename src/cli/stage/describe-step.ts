import type { AzureStep, NotifyStep, Step } from '../../testing/index.js'

/** Says in one line what a server does. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'notify':
      return `${step.on} announces ${describeNotice(step)}${(step.times ?? 1) > 1 ? `, ${step.times} times` : ''}`
    case 'node':
      return `${step.node} is from now on ${step.conduct ?? `slower: a handshake takes ${step.handshakeMs ?? 1} ms`}`
    case 'drop':
      return `${step.node} breaks its connections`
    case 'configure':
      return `the configured endpoint leads to ${step.node}`
    case 'azure':
      return `Azure publishes ${describeAzure(step)}`
    default:
      return step.do
  }
}

function describeAzure({ announcement: { type, startsInMs } }: AzureStep): string {
  return startsInMs === undefined ? type : `${type} for in ${startsInMs / 1_000} s`
}

function describeNotice({ kind, graceMs, endpoint, shards, slots }: NotifyStep): string {
  const within = graceMs === undefined ? '' : ` within ${graceMs / 1_000} s`
  const target = kind === 'moving' ? ` to ${endpoint ?? 'no named endpoint'}` : ''
  const which = shards === undefined ? '' : ` of shard ${shards.join(', ')}`
  const range = slots === undefined ? '' : ` of slots ${slots.map(({ from, to }) => `${from}-${to}`).join(', ')}`
  return `${kind}${target}${which}${range}${within}`
}
