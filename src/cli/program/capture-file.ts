import { createReadStream } from 'node:fs'
import { type Capture, readCapture } from '../../capture/index.js'
import { textOf } from './error-text.js'

/**
 * Reads a capture from a file.
 *
 * @throws Error that names the file, with the one that says what is wrong as its cause.
 */
export async function readCaptureFile(file: string): Promise<Capture> {
  // Not repeated: there may be a password in it.
  if (file.includes('://')) throw new RangeError('A capture is a file, not a URL')
  try {
    return await readCapture(createReadStream(file))
  } catch (error) {
    throw new Error(`${file}: ${reasonOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'this is a folder'
    case 'EACCES':
      return 'it may not be read'
    default:
      return textOf(error)
  }
}
