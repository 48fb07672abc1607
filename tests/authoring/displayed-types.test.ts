import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** What editors show of a flow: as short as its facts. */
const ROOT = join(import.meta.dirname, '../..');
const FILES = ['good-linear.ts', 'good-graph.ts', 'good-choice.ts'].map((name) => join(ROOT, 'type-tests', name));

function shown(): Map<string, string> {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(FILES, { ...options, noEmit: true, noErrorTruncation: false });
  const checker = program.getTypeChecker();
  const types = new Map<string, string>();
  for (const file of FILES) {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol;
    for (const exported of checker.getExportsOfModule(symbol)) {
      const type = checker.getTypeOfSymbol(exported);
      if (checker.getPropertyOfType(type, 'compile')) types.set(exported.name, checker.typeToString(type));
    }
  }
  return types;
}

test('a built flow shows its name and its values, nothing of how it was built', { timeout: 60_000 }, () => {
  const types = shown();
  expect(types.get('provision')).toBe(
    'Flow<"provision", { imageId: string; size: number; }, { image: Image; volume: Volume; }, { images: ImageApi; cloud: Cloud; }>',
  );
  expect(types.get('openSide')).toBe(
    'Flow<"open-side", { size: number; zone?: string; imageId: string; width: number; }, { place: string; image: Image; other: string; }, { images: ImageApi; }>',
  );
  expect(types.get('decided')).toBe(
    'Flow<"decided", { imageId: string; size: number; ip: string; }, { image: Image; place: string; volume?: Volume; attached?: boolean; }, { images: ImageApi; cloud: Cloud; }>',
  );
  expect(types.get('either')).toBe(
    'Flow<"either", { size: number; image: Image; ip: string; }, { volume: Volume; place?: string; attached: boolean; text: string; }, { cloud: Cloud; }>',
  );
  expect(types.get('tried')).toContain('Flow<"tried", { size: number; image: Image; }, {');
  for (const text of types.values()) expect(text).toMatch(/^(Flow<[^<]*>|DynamicFlow<.*>)$/);
});
