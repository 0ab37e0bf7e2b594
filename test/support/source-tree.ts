import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseAst } from 'vitest/node'

/** A node of the syntax tree, with those of its fields that the tests look at. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly name?: unknown
  readonly value?: unknown
  readonly object?: unknown
  readonly property?: unknown
  readonly callee?: unknown
  readonly arguments?: readonly unknown[]
  readonly source?: unknown
  readonly argument?: unknown
  readonly expression?: unknown
}

/** A source file: what it imports, and its syntax tree. */
export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly text: string
  /** The specifiers of every import, re-export, import type and `import()`. */
  readonly imports: readonly string[]
  readonly nodes: readonly SyntaxNode[]
}

/** Reads and parses every TypeScript file below a folder. */
export function readSourceTree(folder: string): ReadonlyMap<string, SourceFile> {
  return new Map(listFiles(folder).map(path => [path, readSource(path)]))
}

/** Every TypeScript file below a folder. */
export function listFiles(folder: string, ending = '.ts'): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => posix.join(folder, name.replaceAll('\\', '/')))
    .filter(path => path.endsWith(ending))
    .sort()
}

/** The file that a relative specifier means; `undefined` for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
}

/** The line of a place in a file, from 1. */
export function lineOf({ text }: SourceFile, { start }: SyntaxNode): number {
  return text.slice(0, start).split('\n').length
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const nodes = [...walk(parseAst(text, { lang: 'ts' }))]
  return { path, text, nodes, imports: nodes.flatMap(specifierOf) }
}

function* walk(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item)
  if (!isNode(value)) return
  yield value
  for (const child of Object.values(value)) yield* walk(child)
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
])

function specifierOf(node: SyntaxNode): readonly string[] {
  if (!IMPORTING.has(node.type)) return []
  const source = node.source ?? node.argument ?? node.expression
  return isNode(source) && typeof source.value === 'string' ? [source.value] : []
}
