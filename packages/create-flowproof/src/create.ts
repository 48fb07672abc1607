import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Arguments, readArguments, USAGE } from './arguments.js';
import { projectFiles } from './project-files.js';
import { type TargetFolder, targetFolder } from './target-folder.js';
import { isTemplate, TEMPLATES, type Template } from './templates.js';

const FOLDER = 'flowproof-app';
const TEMPLATE: Template = 'express';

/** What the program has of the process that it runs in. */
export interface Surroundings {
  readonly cwd: string;
  /** Of this package, and so of the flowproof that it was made with. */
  readonly version: string;
  /** What npm, pnpm, yarn and bun say of themselves to what they start. */
  readonly userAgent?: string | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Absent where nobody can answer. Gives nothing when nobody does. */
  readonly ask?: (question: string) => Promise<string | undefined>;
}

type Wanted = Extract<Arguments, { kind: 'create' }>;

/** Writes a project, and gives the exit code: 1 when nothing could be written, 2 for a wrong use. */
export async function create(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { out, err, version } = surroundings;
  const wanted = readArguments(args);
  switch (wanted.kind) {
    case 'help':
      out(USAGE);
      return 0;
    case 'version':
      out(version);
      return 0;
    case 'wrong':
      err(`${wanted.reason}\n\n${USAGE}`);
      return 2;
  }
  const answered = await answers(wanted, surroundings);
  if (answered === undefined) {
    err(`Which folder? npm create flowproof my-app\n\n${USAGE}`);
    return 2;
  }
  const { target, template } = answered;
  if ('wrong' in target) {
    err(target.wrong);
    return 1;
  }
  try {
    const files = await projectFiles({ name: target.name, template, flowproof: wanted.flowproof ?? `^${version}` });
    for (const [path, text] of files) await write(join(target.path, path), text);
  } catch (error) {
    err(`${target.path} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  out(nextSteps(target, template, surroundings));
  return 0;
}

/** Where to, and of which template: as the command line says, or whoever sits there; nothing when nobody says where to. */
async function answers(
  { folder, template, yes }: Wanted,
  { cwd, ask }: Surroundings,
): Promise<{ target: TargetFolder; template: Template } | undefined> {
  const asked = yes || folder !== undefined ? undefined : ask;
  const where =
    folder ?? (yes ? FOLDER : await asked?.(`Folder (${FOLDER}): `).then((text) => (text?.trim() === '' ? FOLDER : text?.trim())));
  if (where === undefined) return undefined;
  // Before the next question: it may be for nothing.
  const target = await targetFolder(cwd, where);
  if ('wrong' in target || template !== undefined || asked === undefined) return { target, template: template ?? TEMPLATE };
  for (;;) {
    const text = await asked(`Template, of ${Object.keys(TEMPLATES).join(', ')} (${TEMPLATE}): `);
    if (text === undefined) return undefined;
    const name = text.trim().toLowerCase() || TEMPLATE;
    if (isTemplate(name)) return { target, template: name };
  }
}

/** Never over a file that has come meanwhile. */
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: 'wx' });
}

function nextSteps({ path, name }: { path: string; name: string }, template: Template, { cwd, userAgent }: Surroundings): string {
  const npm = /^(pnpm|yarn|bun)\//.exec(userAgent ?? '')?.[1] ?? 'npm';
  const folder = relative(cwd, path);
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    `${npm} install`,
    `${npm} run test       # its process dies at every step, and nothing is done twice`,
    `${npm} run dev        # a server, on http://localhost:3000`,
  ];
  return `${name} is there, with ${TEMPLATES[template].title}.\n\n  ${steps.join('\n  ')}\n\nREADME.md says what to try next.`;
}
