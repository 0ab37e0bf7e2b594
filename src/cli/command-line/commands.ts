import type { Command } from './cli-command.js'

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [
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
