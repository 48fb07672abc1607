import { readFileSync } from 'node:fs';

/** What is installed of these packages, as it is told beside the figures. */
export function versionsOf(...names) {
  return names.map((name) => {
    const text = readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8');
    return `${name} ${JSON.parse(text).version}`;
  });
}
