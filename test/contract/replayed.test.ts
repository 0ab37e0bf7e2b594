import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createCaptureServer, notificationsIn } from '../../src/capture/index.js'
import { runReport } from '../../src/cli/report/report-program.js'
import { Browser, findChromium } from '../support/browser.js'
import { CommandRun } from '../support/command-run.js'
import { openLogged, type RecordedDemo, recordDemo } from '../support/recorded-demo.js'
import { nextEvent } from '../support/rig.js'

const chromium = findChromium()

describe('a capture recorded from the demo', () => {
  let folder: string
  let file: string
  let page: string
  let recorded: RecordedDemo
  let report: CommandRun
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-hitless-test-'))
    file = join(folder, 'demo.capture.jsonl')
    page = join(folder, 'demo.html')
    recorded = await recordDemo(file)
    report = new CommandRun(runReport, [file, '-o', page])
    await report.code
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('gives the same events when it is replayed', async () => {
    const server = await createCaptureServer(recorded.capture)
    onTestFinished(() => server.close())
    const { client, log } = openLogged(`redis://127.0.0.1:${server.endpoint.port}`)
    onTestFinished(() => client.destroy())
    const completed = nextEvent(client, 'handoff:completed')
    await client.connect()
    await completed
    await client.close()
    expect(recorded.log).toContain('handoff:started')
    expect(log).toEqual(recorded.log)
  })

  it('is made a page of, which says where it is', async () => {
    expect(await report.code).toBe(0)
    expect(report.terminal.printed).toEqual(['demo.capture.jsonl: 2 connections', page])
    const text = await readFile(page, 'utf8')
    expect(text.match(/data-connection=/g)).toHaveLength(2)
    expect(text.match(/data-handoff=/g)).toHaveLength(1)
  })

  // Where there is no browser, the page is tested as text alone.
  if (chromium !== undefined) describe('in a browser', () => declarePage(chromium, () => ({ page, recorded })))
})

/** The contrast of two colours, as accessibility guidelines count it. */
const CONTRAST = `(element => {
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(part => part / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const around = node => {
    const color = getComputedStyle(node).backgroundColor
    return color === 'rgba(0, 0, 0, 0)' && node.parentElement ? around(node.parentElement) : color
  }
  const [more, less] = [light(getComputedStyle(element).color), light(around(element))].sort((a, b) => b - a)
  return (more + 0.05) / (less + 0.05)
})`

function declarePage(program: string, given: () => { readonly page: string; readonly recorded: RecordedDemo }): void {
  let browser: Browser
  beforeAll(async () => {
    browser = await Browser.start(program)
    await browser.open(pathToFileURL(given().page).href)
  })
  afterAll(() => browser.dispose())

  const media = (name: string, scheme: 'light' | 'dark'): Promise<unknown> =>
    browser.ask('Emulation.setEmulatedMedia', {
      media: name,
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    })
  const count = (selector: string): Promise<number> =>
    browser.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`)
  const text = (selector: string): Promise<string> =>
    browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`)

  it('has a row for each connection, and a mark or a line for each thing that happened', async () => {
    const { entries, header } = given().recorded.capture
    const opened = entries.filter(({ type }) => type === 'opened').length
    const handoffs = entries.filter(entry => entry.type === 'event' && entry.name === 'handoff:started').length
    const heard = notificationsIn({ entries, header }).length
    expect(await count('[data-connection]')).toBe(opened)
    expect(await count('[data-handoff]')).toBe(handoffs)
    expect(await count('.span.handoff')).toBe(handoffs)
    expect(await count('section[aria-label="Announcements"] tbody tr')).toBe(heard)
    expect(await text('.tiles div:first-child dd')).toContain(String(heard))
    expect(await text('.verdict')).toBe('Maintenance passed without an error')
  })

  it.each(['light', 'dark'] as const)('can be read where people like it %s', async scheme => {
    await media('screen', scheme)
    const selectors = ['body', '.verdict', '.story', '.tiles dt', '.tiles small', '.legend li', '.tick', 'td', 'footer']
    for (const selector of [...selectors, '.provenance', '.card p', '.badge', 'th']) {
      const contrast = await browser.evaluate<number>(`${CONTRAST}(document.querySelector('${selector}'))`)
      expect({ selector, contrast }).toEqual({ selector, contrast: expect.toSatisfy(ratio => ratio >= 4.5) })
    }
  })

  it('is light on paper, and holds there what is hidden behind marks', async () => {
    await media('print', 'dark')
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await browser.evaluate(`getComputedStyle(document.querySelector('.skip')).display`)).toBe('none')
    const { data } = (await browser.ask('Page.printToPDF', { printBackground: true })) as { readonly data: string }
    expect(Buffer.from(data, 'base64').toString('latin1', 0, 5)).toBe('%PDF-')
    expect(await text('section[aria-label="Announcements"]')).toContain('moving to')
    await media('screen', 'light')
  })

  it('leads the Tab key from mark to mark, each of which says what it is', async () => {
    const focused = 'document.activeElement'
    await browser.press('Tab')
    expect(await browser.evaluate(`${focused}.className`)).toBe('skip')
    const marks = await count('.track button')
    const seen: string[] = []
    for (let index = 0; index < marks; index += 1) {
      await browser.press('Tab')
      seen.push(await browser.evaluate(`${focused}.getAttribute('aria-label')`))
    }
    expect(seen).toHaveLength(marks)
    expect(seen.some(label => /Hand-off .* completed in/.test(label))).toBe(true)
    expect(await browser.evaluate(`getComputedStyle(${focused}, '::after').content`)).toContain(seen.at(-1))
  })

  it.each([1_280, 390])('fits a window of %i pixels', async width => {
    await browser.ask('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: false })
    const [needed, given] = await browser.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )
    expect(needed).toBeLessThanOrEqual(given)
  })

  it('loads nothing else, and complains about nothing', () => {
    expect(browser.complaints).toEqual([])
    expect(browser.requested).toEqual([pathToFileURL(given().page).href])
  })
}
