import { type ExitCode, UsageError } from '../terminal/io.js';
import type { Session } from '../terminal/session.js';
import { type Command, Option } from './commander.js';
import { collected, wholeMs } from './option-values.js';

/** Default of `--load-ms`. */
const LOAD_MS = 10_000;

/** `check`, `graph` and `manifest`: what reads the sources of a project. */
export function projectCommands(program: Command, session: Session): void {
  program
    .command('check')
    .summary('judge the flows and tasks of a project')
    .description(
      'Reads a project without running it, and says what is wrong with its flows and tasks. The paths limit what is reported, not what is read.',
    )
    .argument('[paths...]', 'files or folders')
    .addOption(project())
    .addOption(new Option('--format <format>', 'how findings are written').choices(['text', 'json', 'sarif', 'github']).default('text'))
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .addOption(output())
    .option(
      '--against <base>',
      'compare with flows as they were: git:REVISION, a manifest FILE; or with the runs in postgres://…, or in a FOLDER of file(…)',
    )
    .addOption(
      load(
        "also load the modules that build flows: their code runs, in a process of its own, and says what the source can't; paths limit what is loaded",
      ),
    )
    .addOption(loadMs())
    .option('-w, --watch', 'check again after each change, until it is stopped')
    .addHelpText('after', CHECK_EXAMPLES)
    .action((words, { project: projects = [], json, format, output: to, against, watch = false, load: loads, loadMs: ms }) =>
      deeply(session, async () => {
        const { checkCommand } = await loaded(() => import('../project/check-command.js'));
        return checkCommand(
          { words, projects, format: json === true ? 'json' : format, output: to, against, watch, loadMs: loadTimeoutMs(loads, ms) },
          session.io,
        );
      }),
    );

  program
    .command('graph')
    .summary('draw flows')
    .description('Draws flows; without names, all of them.')
    .argument('[flows...]', 'names of flows')
    .addOption(project())
    .addOption(
      new Option('--format <format>', 'what is drawn (default: as the name of the output ends, or mermaid)').choices([
        'mermaid',
        'dot',
        'svg',
      ]),
    )
    .addOption(output())
    .option('--against <base>', 'both versions in one picture: git:REVISION or a manifest FILE; without names, the flows that differ')
    .addOption(load('as of check'))
    .addOption(loadMs())
    .addHelpText('after', GRAPH_EXAMPLES)
    .action((words, { project: projects = [], format, output: to, against, load: loads, loadMs: ms }) =>
      deeply(session, async () => {
        const { graphCommand } = await loaded(() => import('../project/graph-command.js'));
        return graphCommand({ words, projects, format, output: to, against, watch: false, loadMs: loadTimeoutMs(loads, ms) }, session.io);
      }),
    );

  program
    .command('manifest')
    .summary('the canonical description of flows, as JSON')
    .description(
      'The canonical description of flows, as JSON; without names, of all of them. Two flows with the same description have the same fingerprint, by which stored runs know theirs.',
    )
    .argument('[flows...]', 'names of flows')
    .addOption(project())
    .addOption(output())
    .addOption(load('as of check'))
    .addOption(loadMs())
    .addHelpText('after', MANIFEST_EXAMPLES)
    .action((words, { project: projects = [], output: to, load: loads, loadMs: ms }) =>
      deeply(session, async () => {
        const { manifestCommand } = await loaded(() => import('../project/manifest-command.js'));
        return manifestCommand(
          { words, projects, format: undefined, output: to, against: undefined, watch: false, loadMs: loadTimeoutMs(loads, ms) },
          session.io,
        );
      }),
    );
}

function project() {
  return new Option(
    '-p, --project <file>',
    'a tsconfig; may be given several times (default: tsconfig.json, or what the configuration says)',
  ).argParser(collected);
}

function output() {
  return new Option('-o, --output <file>', 'write there instead of to the terminal');
}

function load(description: string) {
  return new Option('--load', description);
}

function loadMs() {
  return new Option('--load-ms <ms>', `load, and wait so long for each module (default: ${LOAD_MS})`).argParser(wholeMs);
}

/** To say how long is to say that. */
function loadTimeoutMs(loads: true | undefined, ms: number | undefined): number | undefined {
  return ms ?? (loads === true ? LOAD_MS : undefined);
}

/** Sources may be as deep as a chain of 1,000 calls. */
async function deeply(session: Session, act: () => Promise<ExitCode>): Promise<void> {
  session.code = await (session.io.deeply === undefined ? act() : session.io.deeply(session.args));
}

/** The commands load the compiler, which is beside the package and not in it. */
async function loaded<Module>(importing: () => Promise<Module>): Promise<Module> {
  try {
    return await importing();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !String(message).includes("'ts-morph'")) throw error;
    throw new UsageError('the checker reads source with ts-morph, which is not installed: npm install --save-dev ts-morph@28');
  }
}

const CONFIGURATION = `
Configuration, if any: "flowproof" in package.json, or flowproof.config.ts, which is read and not run.`;

const CHECK_EXAMPLES = `
Examples:
  flowproof check                                  the project of this folder
  flowproof check src/orders                       what is said of this folder
  flowproof check -p packages/a -p packages/b      two projects together
  flowproof check --against git:origin/main        and what it means for runs that are stored
  flowproof check --format github                  in continuous integration
${CONFIGURATION}`;

const GRAPH_EXAMPLES = `
Examples:
  flowproof graph order                            for Markdown, as Mermaid
  flowproof graph order -o order.svg               needs @viz-js/viz
  flowproof graph --against git:HEAD~1             what the last commit changed
${CONFIGURATION}`;

const MANIFEST_EXAMPLES = `
Examples:
  flowproof manifest -o flows.json                 to compare with later: flowproof check --against flows.json
${CONFIGURATION}`;
