import type { SimNode } from '../../simulator/index.js'
import type { FaultInjector } from './fault-injector.js'
import type { SimulatedDatabases } from './simulated-databases.js'

/** The numbers of the simulator, in the text format of Prometheus. */
export function printMetrics(databases: SimulatedDatabases, { actions }: FaultInjector): string {
  const optedIn = (node: SimNode): number =>
    node.connections().filter(connection => connection.optedIn !== false).length
  const statuses = Object.entries(actions.counts).map(([status, count]) => `{status="${status}"} ${count}`)
  return [
    ...print(
      'connections',
      'gauge',
      perNode(databases, node => node.connections().length),
    ),
    ...print('connections_opted_in', 'gauge', perNode(databases, optedIn)),
    ...print(
      'connections_total',
      'counter',
      perNode(databases, node => node.totalConnections),
    ),
    ...print('actions', 'gauge', statuses),
    '',
  ].join('\n')
}

function perNode(databases: SimulatedDatabases, measure: (node: SimNode) => number): readonly string[] {
  return databases
    .all()
    .flatMap(({ id, simulator }) =>
      simulator.nodes.map(node => `{database="${id}",node="${node.index}"} ${measure(node)}`),
    )
}

function print(name: string, type: 'gauge' | 'counter', values: readonly string[]): readonly string[] {
  const full = `hitless_simulator_${name}`
  return [`# TYPE ${full} ${type}`, ...values.map(value => `${full}${value}`)]
}
