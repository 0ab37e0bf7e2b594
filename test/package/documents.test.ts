import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/index.js'
import { COMMANDS } from '../../src/cli/command-line/commands.js'
import { ERROR_CODES, MAINT_EVENT_NAMES } from '../../src/index.js'
import { parseScenario } from '../../src/testing/index.js'
import { CommandRun } from '../support/command-run.js'
import { Consumer } from '../support/consumer.js'
import { type CodeBlock, listDocuments, readAnchors, readBlocks, readLinks } from '../support/markdown.js'
import { readSourceTree } from '../support/source-tree.js'

const documents = listDocuments()
const blocks = documents.flatMap(readBlocks)
const examples = blocks.filter(({ language }) => language === 'ts').map(block => ({ name: nameOf(block), ...block }))
const text = documents.map(document => readFileSync(document, 'utf8')).join('\n')
const words = new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word))

/** The interfaces of the options, and where they stand within `maintNotifications` or `hitless`. */
const PLACES = {
  MaintOptions: '',
  HandoffOptions: 'handoff.',
  HitlessOptions: '',
  HealthOptions: 'health.',
  RecoveryOptions: 'recovery.',
  AvailabilityOptions: 'availability.',
  AddressOptions: 'addresses.',
  AgeOptions: 'age.',
  AzureOptions: 'azure.',
  AzureReactions: '',
  FlatMaintOptions: '',
}

function nameOf({ document, line }: CodeBlock): string {
  return `${document}:${line}`
}

function fileOf({ document, line }: CodeBlock): string {
  return `${document.replaceAll(/\W/g, '-')}-${line}.mts`
}

describe('the examples', () => {
  let consumer: Consumer
  let complaints: readonly string[] = []
  beforeAll(async () => {
    consumer = await Consumer.create({ peers: true, others: ['bullmq', 'vitest'] })
    const files = examples.map(example => [fileOf(example), `${example.preamble}\n${example.code}\nexport {}\n`])
    const { stdout } = await consumer.compile(Object.fromEntries(files) as Record<string, string>)
    complaints = stdout.split('\n')
  }, 60_000)
  afterAll(() => consumer.dispose())

  it('are there', () => {
    expect(examples.map(({ document }) => document)).toContain('README.md')
  })

  it.each(examples)('$name compiles against the package', example => {
    expect(complaints.filter(line => line.startsWith(fileOf(example)))).toEqual([])
  })

  it.each(examples.filter(({ runs }) => runs))('$name passes as it stands', async ({ code, ...block }) => {
    const { code: exit, stdout } = await consumer.test(fileOf({ code, ...block }).replace('.mts', '.mjs'), code)
    expect(exit, stdout).toBe(0)
    expect(stdout).toMatch(/^# pass [1-9]/m)
  })

  it.each(blocks.filter(({ mark }) => mark === 'vitest').map(block => ({ name: nameOf(block), ...block })))(
    '$name passes with vitest',
    async ({ code, ...block }) => {
      const {
        code: exit,
        stdout,
        stderr,
      } = await consumer.vitest(fileOf({ code, ...block }).replace('.mts', '.test.mjs'), code)
      expect(exit, stdout + stderr).toBe(0)
    },
  )

  it('are all that the compiler looked at', () => {
    const known = examples.map(fileOf)
    const others = complaints.filter(line => /^\S/.test(line) && !known.some(file => line.startsWith(file)))
    expect(others).toEqual([])
  })
})

describe('the data in documents', () => {
  const data = blocks.filter(({ language }) => language === 'json').map(block => ({ name: nameOf(block), ...block }))

  it('is there', () => {
    expect(data.map(({ document }) => document)).toEqual(['spec/captures.md', 'spec/scenarios/README.md'])
  })

  it.each(data)('of $name is read by the library', async ({ document, code }) => {
    if (document === 'spec/captures.md') expect((await readCapture([Buffer.from(code)])).entries).not.toEqual([])
    else expect(parseScenario(code).title).not.toBe('')
  })
})

describe('the commands in documents', () => {
  const calls = [...text.matchAll(/(npx |`)redis-hitless ([a-z][a-z-]*)([^`\n#|]*)/g)]
    .map(([call, prefix, name = '', rest = '']) => ({
      call,
      prefix,
      name,
      options: rest.match(/--[a-z][a-z-]*/g) ?? [],
    }))
    // Spans of traces are named in the same way.
    .filter(({ prefix, name }) => prefix === 'npx ' || COMMANDS.some(command => command.name === name))

  it.each(calls)('$call is a call that exists', async ({ name, options }) => {
    const load = COMMANDS.find(command => command.name === name)?.load
    const run = new CommandRun(async (...given) => ((await load?.()) ?? (() => -1))(...given), ['--help'])
    expect(await run.code).toBe(0)
    expect(options.filter(option => !run.terminal.printed.join('\n').includes(option))).toEqual([])
  })
})

describe('the README', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const shell = blocks.filter(
    ({ document, language }) => document === 'README.md' && /^(sh|bash|console)$/.test(language),
  )
  const commands = shell.map(({ code }) => code).join('\n')

  it.each(['npm ci && npm run demo', 'npm ci && npm test'])('shows the command %s', command => {
    expect(commands).toContain(command)
  })

  it('names only scripts that exist', () => {
    const named = [...commands.matchAll(/npm (?:run )?(?!ci\b|install\b|i\b)([\w:-]+)/g)].map(([, name = '']) => name)
    expect(named.filter(name => scripts[name] === undefined)).toEqual([])
  })
})

describe.each(documents)('the links of %s', document => {
  it('lead to files and headings that exist', () => {
    const broken = readLinks(document).filter(link => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? document : posix.join(posix.dirname(document), path)
      return !existsSync(target) || (anchor !== undefined && !readAnchors(target).includes(anchor))
    })
    expect(broken).toEqual([])
  })
})

describe('the documents', () => {
  it.each(ERROR_CODES)('explain the error code %s', code => {
    expect(words.has(code)).toBe(true)
  })

  it.each(MAINT_EVENT_NAMES)('explain the hook event %s', name => {
    expect(words.has(name)).toBe(true)
  })

  it('explain every option by its path', () => {
    const sources = [...readSourceTree('src/core')].filter(([path]) => /^src\/core\/options\//.test(path))
    const text = sources.map(([, { text: source }]) => source).join('\n')
    const options = Object.entries(PLACES).flatMap(([name, place]) => {
      const [, body] = new RegExp(`export interface ${name} \\{([\\s\\S]*?)^\\}`, 'm').exec(text) ?? []
      if (body === undefined) throw new Error(`There is no interface ${name}`)
      return [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, option = '']) => place + option)
    })
    expect(options.length).toBeGreaterThan(30)
    expect(options.filter(path => !words.has(path))).toEqual([])
  })
})
