/**
 * Compiles every ```ts block of README.md, CHANGELOG.md, CONTRIBUTING.md, docs/ and of the doc comments in src/, each as a
 * module of its own, with the options of this project. A block that can't compile is marked ```ts no-check and says why:
 * in a comment line at its beginning, or in `<!-- … -->` on the line before it.
 * The generated docs/api holds signatures, and examples from the doc comments: it is left out.
 * `node scripts/documentation.mjs FOLDER` reads the files of another folder, against the same library.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FENCE = /^(\s*)(`{3,})(?:ts|mts|typescript)\b(.*)$/;

function filesBelow(folder, ending) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}

/** Fenced blocks of TypeScript in lines of Markdown. `line` is the first line of the code, from 0. */
function blocksIn(lines, where) {
  const blocks = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = FENCE.exec(lines[index]);
    if (fence === null) continue;
    const [, indent, ticks, words] = fence;
    const start = index + 1;
    while (index + 1 < lines.length && !lines[index + 1].trim().startsWith(ticks)) index++;
    const code = lines.slice(start, index + 1).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const unchecked = words.trim().startsWith('no-check');
    const explained = /^\s*<!--.*\S.*-->\s*$/.test(lines[start - 2] ?? '') || /^\s*\/\/\s*\S/.test(code[0] ?? '');
    blocks.push({ where, line: start, code: code.join('\n'), unchecked, explained });
    index++;
  }
  return blocks;
}

/** The doc comments of a source as lines of Markdown, at their own line numbers; code is blank. */
function docLines(text) {
  let inside = false;
  return text.split('\n').map((line) => {
    const opens = !inside && /^\s*\/\*\*/.test(line);
    if (!inside && !opens) return '';
    inside = !line.includes('*/');
    return line.replace(/^\s*(\/\*\*|\*\/|\*) ?/, '').replace(/\*\/\s*$/, '');
  });
}

function collect(folder) {
  const markdown = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'].map((name) => join(folder, name)).filter(existsSync);
  const read = (path) => readFileSync(path, 'utf8');
  return [
    ...[...markdown, ...filesBelow(join(folder, 'docs'), '.md').filter((path) => !path.startsWith(join(folder, 'docs/api')))].flatMap(
      (path) => blocksIn(read(path).split('\n'), relative(folder, path)),
    ),
    ...filesBelow(join(folder, 'src'), '.ts').flatMap((path) => blocksIn(docLines(read(path)), relative(folder, path))),
  ];
}

function options() {
  const path = join(ROOT, 'tsconfig.json');
  const { options: parsed, errors } = ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, ROOT);
  if (errors.length > 0) throw new Error(ts.formatDiagnostics(errors, FORMAT));
  return { ...parsed, noEmit: true, moduleDetection: ts.ModuleDetectionKind.Force, skipLibCheck: true };
}
const FORMAT = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' };

/** What the compiler says of the blocks, at the places where they stand. */
function compile(blocks) {
  const compilerOptions = options();
  const texts = new Map();
  const host = ts.createCompilerHost(compilerOptions, true);
  const parsed = new Map();
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name)?.code ?? readFile(name);
  host.getSourceFile = (name, languageVersion) => {
    const known = parsed.get(name);
    if (known !== undefined) return known;
    const text = texts.get(name);
    const file = text === undefined ? getSourceFile(name, languageVersion) : ts.createSourceFile(name, text.code, languageVersion, true);
    parsed.set(name, file);
    return file;
  };
  // Nothing is written: the names only say to the compiler where the blocks would lie.
  const names = blocks.map((block, index) => {
    const name = join(ROOT, `documentation-${index}.ts`);
    texts.set(name, block);
    return name;
  });
  // What a block declares for everyone must not reach the others.
  const alone = names.filter((name) => /\bdeclare (global|module)\b/.test(texts.get(name).code));
  const together = names.filter((name) => !alone.includes(name));
  const problems = [];
  for (const group of [together, ...alone.map((name) => [name])].filter(({ length }) => length > 0)) {
    const program = ts.createProgram(group, compilerOptions, host);
    for (const one of [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()]) problems.push(textOf(one));
    for (const name of group) {
      const file = program.getSourceFile(name);
      const block = texts.get(name);
      for (const one of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
        const line = file.getLineAndCharacterOfPosition(one.start ?? 0).line;
        problems.push(`${block.where}:${block.line + line + 1}: ${textOf(one)}`);
      }
    }
  }
  return problems;
}

function textOf({ code, messageText }) {
  return `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`;
}

const blocks = collect(resolve(process.argv[2] ?? ROOT));
const checked = blocks.filter(({ unchecked }) => !unchecked);
const unexplained = blocks.filter(({ unchecked, explained }) => unchecked && !explained);
const problems = [
  ...compile(checked),
  ...unexplained.map(({ where, line }) => `${where}:${line}: a block that is not checked must say why, in a comment`),
  ...(checked.length === 0 ? ['there is no block to compile'] : []),
];
for (const problem of problems) console.error(problem);
console.log(`documentation: ${checked.length} blocks compiled, ${blocks.length - checked.length} not checked, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
