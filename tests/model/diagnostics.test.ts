import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { type DiagnosticCode, SENTENCES, sentence } from '../../src/model/diagnostics.js';
import { readSources } from '../architecture/imports.js';

const CODES = Object.keys(SENTENCES) as DiagnosticCode[];
const placeholders = (code: DiagnosticCode) => [...SENTENCES[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);

test('a sentence is filled with its facts', () => {
  expect(sentence('MISSING_VALUE', { flow: 'provision', value: 'image' })).toBe(
    "flow 'provision' needs 'image' here, which nothing before it provides",
  );
});

test('facts are taken as they are, also when they look like placeholders or patterns', () => {
  expect(sentence('UNKNOWN_OUTPUT', { value: '{value} $& $1' })).toBe("there is no output '{value} $& $1' to rename");
});

test('a fact that is missing stays visible', () => {
  expect(sentence('UNKNOWN_OUTPUT', {})).toBe("there is no output '{value}' to rename");
});

test.each(CODES)('%s is one line that does not end in a full stop', (code) => {
  expect(SENTENCES[code]).toMatch(/^[a-z'(][^\n]*[^.\n]$/i);
  expect(SENTENCES[code].length).toBeLessThanOrEqual(140);
});

/** Names of the facts in an object or its type, or in a constant of the same file that holds them. */
function namesIn(part: ts.Node, file: ts.SourceFile): readonly string[] {
  if (ts.isTypeLiteralNode(part)) return part.members.map(({ name }) => name?.getText() ?? '');
  if (ts.isObjectLiteralExpression(part)) {
    return part.properties.flatMap((one) => (ts.isSpreadAssignment(one) ? namesIn(one.expression, file) : [one.name.getText()]));
  }
  if (!ts.isIdentifier(part)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      node.name.getText() === part.text &&
      node.initializer &&
      ts.isObjectLiteralExpression(node.initializer)
    ) {
      found.push(...namesIn(node.initializer, file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The codes that a type stands for: literals, and a parameter by the question `Code extends 'A' | 'B' ? …` that it is in. */
function codesIn(type: ts.Node, at: ts.Node = type): readonly string[] {
  if (ts.isStringLiteral(type)) return [type.text];
  if (ts.isLiteralTypeNode(type)) return codesIn(type.literal, at);
  if (ts.isUnionTypeNode(type)) return type.types.flatMap((one) => codesIn(one, at));
  if (ts.isConditionalTypeNode(type)) return [type.trueType, type.falseType].flatMap((one) => codesIn(one, at));
  if (ts.isTypeOperatorNode(type)) return membersOf(type.type.getText(), type.getSourceFile());
  if (!ts.isTypeReferenceNode(type)) return [];
  for (let inner = at, outer = at.parent; outer !== undefined; inner = outer, outer = outer.parent) {
    if (!ts.isConditionalTypeNode(outer) || outer.trueType !== inner) continue;
    if (outer.checkType.getText() === type.getText()) return codesIn(outer.extendsType, outer);
  }
  return [];
}

function membersOf(name: string, file: ts.SourceFile): readonly string[] {
  const isIt = (one: ts.Statement): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name;
  return file.statements.filter(isIt).flatMap(({ members }) => members.map((member) => member.name?.getText() ?? ''));
}

/** `report('CODE', path, { … })`, `sentence('CODE', { … })` in code, `Sentence<'CODE', { … }>` in types. */
function callSites(): { at: string; code: DiagnosticCode; facts: readonly string[] }[] {
  const root = join(import.meta.dirname, '../../src');
  return readSources(root).flatMap(({ path }) => {
    const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2022, true);
    const found: { at: string; code: DiagnosticCode; facts: readonly string[] }[] = [];
    const visit = (node: ts.Node): void => {
      const parts = ts.isCallExpression(node)
        ? node.arguments
        : ts.isTypeReferenceNode(node) && /^Sentence(Text|With)?$/.test(node.typeName.getText())
          ? (node.typeArguments ?? [])
          : [];
      const [first, facts] = parts;
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      for (const text of first === undefined ? [] : codesIn(first)) {
        const code = CODES.find((one) => one === text);
        if (code === undefined) continue;
        const names = ts.isCallExpression(node) ? parts.slice(1).flatMap((part) => namesIn(part, file)) : facts ? namesIn(facts, file) : [];
        found.push({ at: `${path}:${line}`, code, facts: names });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

describe('everywhere in the sources', () => {
  const sites = callSites();

  test('all placeholders are filled, and nothing else is', () => {
    expect(sites.length).toBeGreaterThan(20);
    const wrong = sites.filter(({ code, facts }) => [...facts].sort().join() !== [...new Set(placeholders(code))].sort().join());
    expect(wrong).toEqual([]);
  });

  test('every sentence is said somewhere', () => {
    const said = new Set(sites.map(({ code }) => code));
    expect(CODES.filter((code) => !said.has(code))).toEqual([]);
  });
});
