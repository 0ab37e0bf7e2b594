import type { Command } from './cli-command.js'

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    summary: 'examines a server: what is announced there, what is missing, and which options fit',
    load: async () => (await import('../doctor/doctor-program.js')).runDoctor,
  },
  {
    name: 'watch',
    summary: 'connects, and prints every notification and event as it comes',
    load: async () => (await import('../watch/watch-program.js')).runWatch,
  },
  {
    name: 'record',
    summary: 'records what goes between clients of any library and a server',
    load: async () => (await import('../record/record-program.js')).runRecord,
  },
  {
    name: 'replay',
    summary: 'serves a recording to clients of any library',
    load: async () => (await import('../replay/replay-program.js')).runReplay,
  },
  {
    name: 'report',
    summary: 'makes a page of recordings: what was announced, how connections moved, what it cost',
    load: async () => (await import('../report/report-program.js')).runReport,
  },
  {
    name: 'simulate',
    summary: 'starts servers that announce maintenance, and plays a scenario to the clients that connect',
    load: async () => (await import('../stage/simulate-program.js')).runSimulator,
  },
  {
    name: 'scenarios',
    summary: 'lists the scenarios that can be played, and describes each',
    load: async () => (await import('../stage/scenarios-program.js')).runScenarios,
  },
  {
    name: 'decode',
    summary: 'reads bytes, text or a capture from standard input, and prints the notifications in it',
    load: async () => (await import('../decode/decode-program.js')).runDecode,
  },
  {
    name: 'demo',
    summary: 'plays a maintenance window to a client under load, and prints what it lost',
    load: async () => {
      const { runDemo } = await import('../demo/demo-program.js')
      return (argv, { programs, ...parts }) => runDemo(argv, { ...parts, playerProgram: programs.player })
    },
  },
  {
    name: 'chaos',
    summary: 'has random faults happen to a client under load, and accounts for everything',
    load: async () => (await import('../chaos/chaos-program.js')).runChaos,
  },
  {
    name: 'bench',
    summary: 'compares this library with the host library that is installed',
    load: async () => (await import('../bench/bench-command.js')).runBenchCommand,
  },
  {
    name: 'fleet',
    summary: 'moves a fleet of processes at once, on a virtual clock, with pacing and without',
    load: async () => {
      const { runSimulate } = await import('../simulate/fleet-program.js')
      return (argv, { terminal }) => runSimulate(['fleet', ...argv], terminal)
    },
  },
]
