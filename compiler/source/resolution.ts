import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tsconfig } from './tsconfigs.js';
import { type Project, ts } from './typescript.js';

type ProjectOptions = NonNullable<ConstructorParameters<typeof Project>[0]>;

/**
 * Finds modules as the compiler does, but where what it would find is built of sources that are read, too, it finds these:
 * the packages of a monorepo import each other by name, whether they are built, and installed, or not. Each file is read with
 * the options of its own tsconfig.
 */
export function resolutionTo(tsconfigs: readonly Tsconfig[]): NonNullable<ProjectOptions['resolutionHost']> {
  const configs = new Map<string, Tsconfig>();
  const sources = new Map<string, string>();
  for (const config of tsconfigs) {
    for (const file of config.files) {
      if (!configs.has(file)) configs.set(file, config);
      for (const made of madeOf(file, config)) if (!sources.has(made)) sources.set(made, file);
    }
  }
  const packages = packagesOf(tsconfigs);
  const folders = new Set([...sources.keys(), ...[...packages.values()].map((folder) => join(folder, 'node_modules/x'))].flatMap(above));
  return (host, optionsOfAll) => {
    const both: ts.ModuleResolutionHost = {
      ...host,
      fileExists: (path) => [inPackage(path, packages)].some((at) => sources.has(at) || host.fileExists(at)),
      directoryExists: (path) => [inPackage(path, packages)].some((at) => folders.has(at) || host.directoryExists?.(at) !== false),
      readFile: (path) => host.readFile(inPackage(path, packages)),
      realpath: (path) => real(inPackage(path, packages)),
    };
    const caches = new Map<ts.CompilerOptions, ts.ModuleResolutionCache>();
    const cacheFor = (options: ts.CompilerOptions): ts.ModuleResolutionCache => {
      const known = caches.get(options) ?? ts.createModuleResolutionCache('', (name) => name, options);
      caches.set(options, known);
      return known;
    };
    return {
      resolveModuleNames(names, containing, _reused, _redirected, _options, file) {
        const options = configs.get(containing)?.parsed.options ?? optionsOfAll();
        return names.map((name, index) => {
          const mode = file && ts.getModeForResolutionAtIndex(file, index, options);
          const { resolvedModule } = ts.resolveModuleName(name, containing, options, both, cacheFor(options), undefined, mode);
          const source = resolvedModule && sources.get(resolvedModule.resolvedFileName);
          if (source === undefined) return resolvedModule;
          return { ...resolvedModule, resolvedFileName: source, extension: extensionOf(source), isExternalLibraryImport: false };
        });
      },
    };
  };
}

/** JavaScript and declarations that are built of a source, whether its tsconfig wants declarations or not. */
function madeOf(source: string, { parsed }: Tsconfig): readonly string[] {
  if (/\.d\.[cm]?ts$|\.json$/.test(source)) return [];
  const made = ts.getOutputFileNames(parsed, source, !ts.sys.useCaseSensitiveFileNames).filter((name) => /\.[cm]?[jt]sx?$/.test(name));
  return [...new Set([...made, ...made.map((name) => name.replace(/\.([cm]?)jsx?$/, '.d.$1ts'))])];
}

/** Name → folder of the packages that tsconfigs are in. */
function packagesOf(tsconfigs: readonly Tsconfig[]): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  for (const folder of new Set(tsconfigs.map(({ path }) => dirname(path)))) {
    const at = [folder, ...above(folder)].find((one) => existsSync(join(one, 'package.json')));
    const name = at === undefined ? undefined : nameIn(join(at, 'package.json'));
    if (at !== undefined && name !== undefined) packages.set(name, at);
  }
  return packages;
}

function nameIn(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Where the package is, for a path that finds it by its name. */
function inPackage(path: string, packages: ReadonlyMap<string, string>): string {
  const found = /^.*\/node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/.exec(path);
  const folder = found?.[1] === undefined ? undefined : packages.get(found[1]);
  return folder === undefined ? path : `${folder}${found?.[2] ?? ''}`;
}

function above(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); !folders.includes(at); at = dirname(at)) folders.push(at);
  return folders;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function extensionOf(file: string): string {
  return /\.[cm]?[jt]sx?$/.exec(file)?.[0] ?? '.ts';
}
