import { createRequire } from 'node:module';
import { describe } from 'vitest';

const missing = await import('@electric-sql/pglite').then(
  () => undefined,
  (error: unknown) => String(error),
);

/** Tests that need PGlite: skipped, visibly, where it is not installed, and never in CI. */
export function describePglite(name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests);
  else if (process.env.CI === 'true') throw new Error(`PGlite is not installed, and CI skips nothing: ${missing}`);
  else describe.skip(`${name} (no PGlite: ${missing})`, tests);
}

/** For programs that run elsewhere. */
export function pglitePath(): string {
  return createRequire(import.meta.url).resolve('@electric-sql/pglite');
}
