import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import json from 'highlight.js/lib/languages/json'
import typescript from 'highlight.js/lib/languages/typescript'
import { pageOf } from './documents.js'

hljs.registerLanguage('ts', typescript)
hljs.registerLanguage('json', json)
for (const name of ['sh', 'bash', 'console']) hljs.registerLanguage(name, bash)

/** Colours a block of code where its language is known. What is empty here is escaped as it is. */
export function highlight(code, language) {
  return hljs.getLanguage(language) === undefined ? '' : hljs.highlight(code, { language }).value
}

/** Has links lead to pages instead of documents, and gives headings the anchors that they have on GitHub. */
export function asSite(markdown) {
  markdown.core.ruler.push('site', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type === 'heading_open') token.attrSet('id', slugOf(textOf(tokens[index + 1])))
    }
    const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open')
    for (const link of links) link.attrSet('href', toPageLink(link.attrGet('href') ?? ''))
  })
}

function textOf({ children }) {
  return (children ?? []).map(({ content }) => content).join('')
}

function slugOf(title) {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

function toPageLink(link) {
  if (/^[a-z]+:/.test(link)) return link
  const [path = '', ...anchor] = link.split('#')
  const isFolder = path !== '' && !/\.\w+$/.test(path)
  return [isFolder ? `${path.replace(/\/$/, '')}/index.html` : pageOf(path), ...anchor].join('#')
}
