import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runScenario } from '../../src/testing/index.js'
import { readScenario, SCENARIO_FILES, SCENARIO_FOLDER } from './scenario-files.js'

const scenarios = SCENARIO_FILES.map(file => ({ file, scenario: readScenario(file) }))
const titles = scenarios.map(({ scenario }) => scenario.title)
const played = new Set<string>()

describe('on a virtual clock', () => {
  test.each(scenarios.map(({ file, scenario }) => [scenario.title, file, scenario] as const))(
    '%s',
    async (_, file, scenario) => {
      played.add(file)
      const { problems } = await runScenario(scenario)
      expect(problems.join('\n')).toBe('')
    },
  )

  test('every file of the folder was played', () => {
    const files = readdirSync(SCENARIO_FOLDER, { withFileTypes: true }).filter(entry => entry.isFile())
    const names = files.map(({ name }) => name).filter(name => name !== 'README.md')
    expect([...played].sort()).toEqual(names.sort())
    expect(names.length).toBeGreaterThan(30)
  })

  test('no two scenarios have the same title', () => {
    expect(titles).toEqual([...new Set(titles)])
  })
})
