import { ts } from './typescript.js';

/** Source → the JavaScript that its tsconfig makes of it, whether it is there or not. Nothing for tsconfigs that emit nothing. */
export function emittedFiles(tsconfigs: readonly string[]): ReadonlyMap<string, string> {
  const emitted = new Map<string, string>();
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  for (const path of tsconfigs) {
    const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host);
    if (parsed === undefined || parsed.options.noEmit === true || parsed.options.emitDeclarationOnly === true) continue;
    for (const source of parsed.fileNames) {
      if (emitted.has(source) || /\.d\.[cm]?ts$|\.json$/.test(source)) continue;
      const javascript = ts.getOutputFileNames(parsed, source, !ts.sys.useCaseSensitiveFileNames).find((name) => /\.[cm]?jsx?$/.test(name));
      if (javascript !== undefined) emitted.set(source, javascript);
    }
  }
  return emitted;
}
