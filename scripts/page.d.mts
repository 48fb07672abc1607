import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vite';

export interface BuiltFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}
export function pageFiles(): Promise<readonly BuiltFile[]>;
export const builtPage: { forEsbuild(): EsbuildPlugin; forVite(): VitePlugin };
