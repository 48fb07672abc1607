import { parseArgs } from 'node:util';
import { isTemplate, TEMPLATES, type Template } from './templates.js';

/** What was asked for, or why that makes no sense. */
export type Arguments =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly reason: string }
  | {
      readonly kind: 'create';
      readonly folder?: string;
      readonly template?: Template;
      /** Nothing is asked. */
      readonly yes: boolean;
      /** As npm names a version, a tag, or a tarball. */
      readonly flowproof?: string;
    };

export const USAGE = `npm create flowproof [FOLDER] [-- OPTIONS]

  FOLDER             a new or empty folder; '.' is the one you are in. Default with --yes: flowproof-app
  --template NAME    ${Object.keys(TEMPLATES).join(', ')}. Default: express
  --flowproof SPEC   the flowproof to depend on: a version, or the path of a tarball
  --yes, -y          ask nothing
  --help, -h         print this
  --version, -v      print the version`;

/** Reads the command line. */
export function readArguments(args: readonly string[]): Arguments {
  const read = parsed(args);
  if (typeof read === 'string') return { kind: 'wrong', reason: read };
  const { values, positionals } = read;
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [folder, ...more] = positionals;
  if (more.length > 0) return { kind: 'wrong', reason: `one folder is enough: what is ${more.map((name) => `'${name}'`).join(', ')}?` };
  const { template, flowproof } = values;
  if (template !== undefined && !isTemplate(template))
    return { kind: 'wrong', reason: `there is no template '${template}': ${Object.keys(TEMPLATES).join(', ')}` };
  if (flowproof?.trim() === '') return { kind: 'wrong', reason: '--flowproof needs a version, or the path of a tarball' };
  return {
    kind: 'create',
    yes: values.yes,
    ...(folder === undefined ? {} : { folder }),
    ...(template === undefined ? {} : { template }),
    ...(flowproof === undefined ? {} : { flowproof }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: 'string' },
        flowproof: { type: 'string' },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
