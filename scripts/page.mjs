/**
 * Builds what runs in the browser from page/: its programs and style sheets as files whose names carry a hash of what is in them. They are put
 * into the library in the place of `src/ui/assets/page-files.ts`, so that whoever bundles a server has them, too.
 */
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };

/** @returns the files of the page; the first one of each kind is what the page begins with */
export async function pageFiles() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['page/main.tsx', 'page/style/page.css', 'page/icon.svg'],
    outdir: 'build/page',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    tsconfig: 'page/tsconfig.json',
    legalComments: 'none',
    loader: { '.svg': 'copy' },
    write: false,
    logLevel: 'warning',
  });
  return outputFiles.map(({ path, text }) => {
    const name = basename(path);
    const [, kind] = /\.(\w+)$/.exec(name);
    return { name, type: TYPES[kind], text };
  });
}

const PLACE = join('src', 'ui', 'assets', 'page-files.ts');

const isPlace = (path) => relative(ROOT, path.split('?')[0]) === PLACE;

async function contents() {
  return `export const PAGE_FILES = ${JSON.stringify(await pageFiles())};\n`;
}

export const builtPage = {
  forEsbuild: () => ({
    name: 'page',
    setup(build) {
      build.onLoad({ filter: /page-files\.ts$/ }, async ({ path }) =>
        isPlace(path) ? { contents: await contents(), loader: 'js' } : undefined,
      );
    },
  }),
  forVite: () => ({ name: 'page', load: (id) => (isPlace(id) ? contents() : undefined) }),
};

/** How large the page is, for those who ask: `node scripts/page.mjs`. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { gzipSync } = await import('node:zlib');
  let all = 0;
  for (const { name, text } of await pageFiles()) {
    const bytes = gzipSync(text).length;
    all += bytes;
    console.log(`${name}: ${text.length} bytes, ${bytes} compressed`);
  }
  console.log(`in all ${all} bytes compressed`);
}
