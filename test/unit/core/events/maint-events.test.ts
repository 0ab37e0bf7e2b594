import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MAINT_EVENT_NAMES } from '../../../../src/core/events/maint-events.js'

const document = readFileSync(new URL('../../../../spec/events.md', import.meta.url), 'utf8')
const sections = [...document.matchAll(/^### `([a-z:-]+)`$/gm)].map(([, name]) => name)
const asserted = ['test/contract', 'test/scenario', 'test/unit', 'spec/scenarios'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(?:test\.ts|json)$/.test(name) && !name.endsWith('maint-events.test.ts'))
    .map(name => readFileSync(`${folder}/${name}`, 'utf8')),
)

describe('the list of hook events', () => {
  test('has no name twice', () => {
    expect(MAINT_EVENT_NAMES).toEqual([...new Set(MAINT_EVENT_NAMES)])
  })

  test.each(MAINT_EVENT_NAMES)('%s has a section in spec/events.md', name => {
    expect(sections).toContain(name)
  })

  test.each(MAINT_EVENT_NAMES)('%s is asserted by a scenario or another test than this', name => {
    expect(asserted.some(text => text.includes(`'${name}'`) || text.includes(`"${name}"`))).toBe(true)
  })

  test('spec/events.md has no section for an event that does not exist', () => {
    expect([...sections].sort()).toEqual([...MAINT_EVENT_NAMES].sort())
  })
})
