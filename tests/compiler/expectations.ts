import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Finding } from '../../compiler/findings/finding.js';

/** Each line of a fixture says at its end what is found there: `//! CODE`. Nothing else may be. */
export class Expectations {
  readonly files: readonly string[];

  constructor(readonly folder: string) {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    this.files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map((name) => name.split(sep).join('/'));
  }

  /** `line CODE` */
  expected(name: string): readonly string[] {
    const lines = readFileSync(join(this.folder, name), 'utf8').split('\n');
    return lines.flatMap((line, index) => [...line.matchAll(/\/\/! ([A-Z_]+)/g)].map(([, code]) => `${index + 1} ${code}`)).sort();
  }

  found(name: string, findings: readonly Finding[]): readonly string[] {
    const own = findings.filter(({ place }) => relative(this.folder, place.file).split(sep).join('/') === name);
    return own.map(({ place, code }) => `${place.line} ${code}`).sort();
  }
}
