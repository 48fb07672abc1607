import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A builder calls itself a few times before it builds. */
const FRAMES = 30;

/** The file, or its URL, that called flowproof: the first one on the stack that does not lie where the caller of this function's caller does. */
export function callerOutside(): string | undefined {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? '');
    const frames = new Error().stack as unknown as readonly string[];
    // This function, the one that the child leaves for flowproof, and then flowproof itself.
    const library = folderOf(frames[2] ?? '');
    return frames.slice(2).find((file) => file !== '' && !file.startsWith('node:') && !pathOf(file).startsWith(library));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
}

/** Built, flowproof is a folder with a few others in it. */
function folderOf(file: string): string {
  return `${dirname(dirname(pathOf(file)))}/`;
}

function pathOf(file: string): string {
  return (file.startsWith('file:') ? fileURLToPath(file) : file).split('\\').join('/');
}
