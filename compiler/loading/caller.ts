import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in a file of JavaScript; lines and columns count from 1. */
export interface JavaScriptPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A builder calls itself a few times before it builds. */
const FRAMES = 30;

/**
 * Who called flowproof: the first place on the stack that does not lie where the caller of this function's caller does.
 * `undefined` where flowproof was bundled with those who call it.
 */
export function callerOutside(): JavaScriptPlace | undefined {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack as unknown as readonly NodeJS.CallSite[];
    // This function, the one that the child leaves for flowproof, and then flowproof itself.
    const frames = sites.slice(2).map((site) => ({
      file: pathOf(site.getFileName() ?? ''),
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
    }));
    const library = folderOf(frames[0]?.file ?? '');
    return frames.find(({ file }) => file !== '' && !file.startsWith('node:') && !forward(file).startsWith(library));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
}

function pathOf(file: string): string {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** Built, flowproof is a folder with a few others in it. */
function folderOf(file: string): string {
  return `${forward(dirname(dirname(file)))}/`;
}

function forward(path: string): string {
  return path.split('\\').join('/');
}
