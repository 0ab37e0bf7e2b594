import { posix } from 'node:path'

/**
 * Finds the links of a site that lead nowhere: to no file of it, or to no heading of a page.
 *
 * @param {ReadonlyMap<string, string>} pages - The text of each page by its path.
 * @param {(path: string) => boolean} isFile - Whether there is another file at this path.
 * @returns {readonly string[]} One line for each.
 */
export function findBrokenLinks(pages, isFile) {
  const anchors = new Map([...pages].map(([path, html]) => [path, new Set(attributes(html, 'id'))]))
  return [...pages].flatMap(([path, html]) =>
    [...attributes(html, 'href'), ...attributes(html, 'src')]
      .filter(link => !/^[a-z]+:/.test(link) && leadsNowhere(link, { path, anchors, isFile }))
      .map(link => `${path}: ${link}`),
  )
}

function leadsNowhere(link, { path, anchors, isFile }) {
  const [target = '', anchor] = link.split('#').map(decodeURIComponent)
  const page = target === '' ? path : posix.join(posix.dirname(path), target)
  const known = anchors.get(page)
  return known === undefined ? !isFile(page) : anchor !== undefined && !known.has(anchor)
}

function attributes(html, name) {
  return [...html.matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value)
}
