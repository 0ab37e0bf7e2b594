import { expect, it } from 'vitest'
import { findBrokenLinks } from '../../../site/check-links.js'

const isFile = (path: string): boolean => path === 'docs/alerts.yml'

it('links to pages, headings, other files and other sites are none of the broken ones', () => {
  const pages = new Map([
    [
      'index.html',
      '<h2 id="use-it">Use it</h2><a href="#use-it"></a><a class="x" href="spec/errors.html#gate_full"></a>',
    ],
    ['spec/errors.html', '<h3 id="gate_full"></h3><a href="../index.html"></a><a href="../docs/alerts.yml"></a>'],
    ['spec/events.html', '<a href="https://redis.io/docs"></a><a href="errors.html"></a>'],
  ])
  expect(findBrokenLinks(pages, isFile)).toEqual([])
})

it('a link to a page, a heading or a file that is not there is named with the page that has it', () => {
  const pages = new Map([
    ['index.html', '<a href="#use-it"></a><a href="spec/errors.html"></a>'],
    ['spec/events.html', '<a href="../index.html#use"></a><img alt="" src="picture.svg">'],
  ])
  expect(findBrokenLinks(pages, isFile)).toEqual([
    'index.html: #use-it',
    'index.html: spec/errors.html',
    'spec/events.html: ../index.html#use',
    'spec/events.html: picture.svg',
  ])
})
