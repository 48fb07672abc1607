import { SECURITY_HEADERS } from '../http/headers.js';
import type { PageFile } from './page-files.js';

/** The files of the page. They are in the program, found by their whole names: no path of a request reaches a disk. */
export class Assets {
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined;

  /** The file of this name; nothing where there is none. */
  async of(name: string): Promise<Response | undefined> {
    const file = (await this.#load()).get(name);
    if (file === undefined) return undefined;
    return new Response(file.text, {
      headers: { ...SECURITY_HEADERS, 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' },
    });
  }

  /** The page itself, whatever it is to show. */
  async page(basePath: string, method: string): Promise<Response> {
    const files = [...(await this.#load()).keys()];
    const named = (ending: string): string => `${basePath}/assets/${files.find((name) => name.endsWith(ending)) ?? `missing${ending}`}`;
    const html = `<!doctype html>
<html lang="en" data-base="${basePath}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>flowproof</title>
<link rel="icon" href="${named('.svg')}">
<link rel="stylesheet" href="${named('.css')}">
<script type="module" src="${named('.js')}"></script>
</head>
<body><noscript>This page needs JavaScript. What it shows is said by the program, too: flowproof runs list.</noscript><div id="page"></div></body>
</html>
`;
    return new Response(method === 'HEAD' ? null : html, {
      headers: { ...SECURITY_HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    });
  }

  /** Loaded with the first request: who only makes a page needs nothing of it. */
  async #load(): Promise<ReadonlyMap<string, PageFile>> {
    this.#files ??= import('./page-files.js').then(({ PAGE_FILES }) => new Map(PAGE_FILES.map((file) => [file.name, file])));
    return this.#files;
  }
}
