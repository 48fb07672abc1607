import { parseArgs } from 'node:util';
import { UsageError } from './io.js';

/** What a person asked for. */
export interface Arguments {
  readonly command: 'help' | 'version' | 'check' | 'graph' | 'manifest';
  /** The command that help is asked about. */
  readonly about: 'check' | 'graph' | 'manifest' | undefined;
  /** What stands without a dash after the command. */
  readonly words: readonly string[];
  readonly projects: readonly string[];
  readonly format: string | undefined;
  readonly output: string | undefined;
  readonly against: string | undefined;
  readonly watch: boolean;
  /** How long each module may take to load; `undefined`: nothing is loaded. */
  readonly loadMs: number | undefined;
}

/** Default of `--load-ms`. */
const LOAD_MS = 10_000;

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  check: ['text', 'json', 'sarif', 'github'],
  graph: ['mermaid', 'dot', 'svg'],
  manifest: ['json'],
};

/** @throws UsageError for what nobody understands */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const asksForHelp = values.help === true || positionals[0] === 'help';
  const [word, ...words] = positionals[0] === 'help' ? positionals.slice(1) : positionals;
  const command = asksForHelp || (word === undefined && values.version !== true) ? 'help' : values.version === true ? 'version' : word;
  if (command !== 'help' && command !== 'version' && command !== 'check' && command !== 'graph' && command !== 'manifest') {
    throw new UsageError(`there is no command '${command}': flowproof --help`);
  }
  const formats = FORMATS[command];
  const format = values.json === true ? 'json' : values.format;
  if (values.json === true && values.format !== undefined && values.format !== 'json')
    throw new UsageError(`--json and --format ${values.format} exclude each other`);
  if (format !== undefined && formats?.includes(format) === false) {
    throw new UsageError(`'${command}' has no format '${format}': choose from ${formats.join(', ')}`);
  }
  if (values.watch === true && command !== 'check') throw new UsageError("only 'check' can watch");
  if (values.against !== undefined && command !== 'check' && command !== 'graph') throw new UsageError(`'${command}' compares nothing`);
  return {
    command,
    about: command === 'help' && word !== undefined ? commandNamed(word) : undefined,
    words,
    projects: values.project ?? [],
    format,
    output: values.output,
    against: values.against,
    watch: values.watch ?? false,
    loadMs: loadMsOf(values),
  };
}

function commandNamed(word: string): NonNullable<Arguments['about']> {
  if (word === 'check' || word === 'graph' || word === 'manifest') return word;
  throw new UsageError(`there is no command '${word}': flowproof --help`);
}

/** To say how long is to say that. */
function loadMsOf({ load, 'load-ms': written }: { readonly load?: boolean; readonly 'load-ms'?: string }): number | undefined {
  if (written === undefined) return load === true ? LOAD_MS : undefined;
  const ms = Number(written);
  if (!Number.isInteger(ms) || ms < 1) throw new UsageError(`--load-ms ${written} makes no sense: give a whole number of milliseconds`);
  return ms;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        project: { type: 'string', short: 'p', multiple: true },
        format: { type: 'string' },
        json: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
        against: { type: 'string' },
        watch: { type: 'boolean', short: 'w' },
        load: { type: 'boolean' },
        'load-ms': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // Node goes on with how to name a file that begins with a dash.
    const [, option] = /^Unknown option '([^']*)'/.exec(said) ?? [];
    throw new UsageError(option === undefined ? said : `there is no option '${option}': flowproof COMMAND --help lists them`);
  }
}
