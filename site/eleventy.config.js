import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findBrokenLinks } from './check-links.js'
import { createMenu, readDocuments } from './documents.js'
import { asSite, highlight } from './markdown.js'

/** Where the site is written. */
const OUTPUT = 'site/dist'

// `npm run site` makes pages of the documents, which stay where they are read on GitHub and in the package.
export default function configure(eleventy) {
  const documents = readDocuments()
  eleventy.setQuietMode(true)
  eleventy.setUseGitIgnore(false)
  for (const { path, page, title, text } of documents) {
    const root = '../'.repeat(page.split('/').length - 1)
    eleventy.addTemplate(`site/${path}`, text, { layout: 'page.njk', permalink: `/${page}`, title, root, path })
  }
  eleventy.addGlobalData('menu', () => createMenu(documents))
  eleventy.amendLibrary('md', markdown => markdown.set({ html: true, highlight }).use(asSite))
  // What documents link to.
  eleventy.addPassthroughCopy({
    'site/style.css': 'style.css',
    'spec/scenario.schema.json': 'spec/scenario.schema.json',
  })
  eleventy.addPassthroughCopy({ docs: 'docs', 'spec/scenarios': 'spec/scenarios' }, { filter: ['**/*', '!**/*.md'] })

  eleventy.on('eleventy.after', ({ results }) => {
    const pages = new Map(results.map(({ outputPath, content }) => [relative(OUTPUT, outputPath), content]))
    const broken = findBrokenLinks(pages, path => existsSync(join(OUTPUT, path)))
    if (broken.length > 0) throw new Error(`Links that lead nowhere:\n${broken.join('\n')}`)
  })
}

/** Documents are no templates: braces in them are code. */
export const config = {
  markdownTemplateEngine: false,
  templateFormats: ['md'],
  dir: { input: 'site', includes: '.', output: OUTPUT },
}
