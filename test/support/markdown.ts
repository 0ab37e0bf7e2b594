import { readdirSync, readFileSync } from 'node:fs'

/** A piece of code in a document. */
export interface CodeBlock {
  /** The document, from the root of the project. */
  readonly document: string
  /** The line of the fence, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** The word behind the language, such as the name of the runner whose test it is; empty where there is none. */
  readonly mark: string
  /** Whether its fence says `run`: it is a test of its own, and needs nothing but the package and its peers. */
  readonly runs: boolean
  /** What the reader is not bothered with: the text of a comment `<!-- ts: … -->` right above the fence. */
  readonly preamble: string
}

/** The README, the changelog, and the documents of each folder that the package holds. */
export function listDocuments(): readonly string[] {
  const folders = ['spec', 'docs', 'fixtures'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  return ['README.md', 'CHANGELOG.md', ...folders.filter(name => name.endsWith('.md')).sort()]
}

/** Finds the fenced blocks of a document, in order. */
export function readBlocks(document: string): readonly CodeBlock[] {
  const text = readFileSync(document, 'utf8')
  const fenced =
    /(?:<!-- ts:(?<preamble>(?:(?!-->)[\s\S])*)-->\n+)?^```(?<language>\w*)(?<mark>[^\n]*)\n(?<code>[\s\S]*?)^```$/gm
  return [...text.matchAll(fenced)].map(({ 0: whole, index, groups = {} }) => {
    const { preamble = '', language = '', mark = '', code = '' } = groups
    const line = text.slice(0, index + whole.indexOf('```')).split('\n').length
    return { document, line, language, code, mark: mark.trim(), runs: mark.trim() === 'run', preamble: preamble.trim() }
  })
}

/** The targets of the links of a document that lead to files of the project or to headings. */
export function readLinks(document: string): readonly string[] {
  const text = withoutCode(readFileSync(document, 'utf8'))
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
}

/** The anchors of the headings of a document, as GitHub makes them. */
export function readAnchors(document: string): readonly string[] {
  const text = withoutCode(readFileSync(document, 'utf8'))
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '')
}
