import { readFileSync } from 'node:fs';

/** Of this package: its manifest lies above the built files, and above the sources. */
export function versionOf(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    try {
      const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { name?: unknown; version?: unknown };
      if (manifest.name === 'flowproof') return String(manifest.version);
    } catch {}
    if (folder.pathname === '/') return 'unknown';
  }
}
