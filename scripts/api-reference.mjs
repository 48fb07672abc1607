/**
 * Writes docs/api: what each door of the package exports, from the sources and their comments. `--check` changes nothing, and
 * fails when the pages are behind.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';
import { partPage } from './api-pages.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGES = join(ROOT, 'docs/api');

const DOORS = {
  'src/index.ts': 'flowproof',
  'src/adapters/postgres/index.ts': 'flowproof/postgres',
  'src/adapters/pglite/index.ts': 'flowproof/pglite',
  'src/adapters/redis/index.ts': 'flowproof/redis',
  'src/adapters/etcd/index.ts': 'flowproof/etcd',
  'src/adapters/zookeeper/index.ts': 'flowproof/zookeeper',
  'src/adapters/rabbitmq/index.ts': 'flowproof/rabbitmq',
  'src/adapters/nats/index.ts': 'flowproof/nats',
  'src/listeners/index.ts': 'flowproof/listeners',
  'src/adapters/nestjs/index.ts': 'flowproof/nestjs',
  'src/adapters/opentelemetry/index.ts': 'flowproof/opentelemetry',
  'src/workers/index.ts': 'flowproof/workers',
  'src/ui/index.ts': 'flowproof/ui',
  'src/testing/index.ts': 'flowproof/testing',
  'src/contracts/index.ts': 'flowproof/contracts',
};

const IN_DECLARATIONS = 'Builders, and names in declarations';
/** The chapter of an export, by where it is written; each is a page, in this order in the index. */
const CHAPTERS = {
  Flows: /^src\/(authoring|index)/,
  Tasks: /^src\/authoring\/(task\/|definition\/(?!flow)|words\/(kept|storable|register))/,
  Retries: /^src\/authoring\/retry\//,
  'Running flows': /^src\/(app|calls|contracts|executors|places|model\/(states|failure|limits\/flow-limits)|authoring\/run\/)/,
  Schedules: /^src\/(schedules|app\/schedules)\//,
  'Keeping runs': /^src\/(persistence|encryption|adapters|sql)\//,
  'Boards of jobs': /^src\/(boards|conductor|adapters\/(redis|etcd|zookeeper))\//,
  'Tasks on other machines': /^src\/(workers|transport|adapters\/(rabbitmq|nats))\//,
  'The page': /^src\/ui\//,
  Events: /^src\/(engine|listeners)\//,
  Telemetry: /^src\/(adapters\/opentelemetry|model\/telemetry|engine\/events\/telemetry)/,
  Errors:
    /^src\/model\/(errors|flowproof-error|diagnostics|task-set-mismatch|board-error|limits\/limit-error)|^src\/(schedules\/schedule-error|transport\/transport-error)/,
  Values: /^src\/model\/(codec\/|schema|clock|json)/,
  'In NestJS': /^src\/adapters\/nestjs\//,
  Testing: /^src\/testing\//,
};

/** Names that only the compiler writes: the door says so in a file of its own. */
const declarationNames = namesIn('src/declaration-names.ts');
/** The same, of types that are not worked out yet: they are no part of the reference. */
const genericNames = namesIn('src/generic-names.ts');

function namesIn(file) {
  return new Set(readFileSync(join(ROOT, file), 'utf8').match(/\b[A-Z]\w+(?=,)/g));
}

function chapterOf(reflection) {
  if (declarationNames.has(reflection.name)) return IN_DECLARATIONS;
  const file = relative(ROOT, reflection.sources?.[0]?.fullFileName ?? '');
  const chapter = Object.keys(CHAPTERS).findLast((one) => CHAPTERS[one].test(file));
  if (chapter === undefined) throw new Error(`no chapter for ${reflection.name} of ${file}: add one to scripts/api-reference.mjs`);
  return chapter;
}

/** Chapters are put where TypeDoc looks for them, so that no source says which page of the documents it is on. */
function classify(project) {
  for (const door of project.children ?? []) {
    door.name = DOORS[relative(ROOT, door.sources[0].fullFileName)];
    for (const one of [...(door.children ?? [])]) {
      if (genericNames.has(one.name)) {
        project.removeReflection(one);
        continue;
      }
      const chapter = new CommentTag('@category', [{ kind: 'text', text: chapterOf(one) }]);
      const signatures = one.kindOf(ReflectionKind.Function) ? one.signatures : undefined;
      for (const place of signatures ?? [one]) {
        place.comment ??= new Comment();
        place.comment.blockTags.push(chapter);
      }
    }
  }
  for (const reflection of Object.values(project.reflections)) {
    // Lines move with every edit, and nobody has to make the errors that we throw.
    reflection.sources = undefined;
    if (reflection.kindOf(ReflectionKind.Constructor) && !reflection.signatures?.some(({ comment }) => comment)) {
      project.removeReflection(reflection);
    }
  }
}

async function write(out) {
  const application = await Application.bootstrapWithPlugins({
    entryPoints: Object.keys(DOORS).map((door) => join(ROOT, door)),
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    plugin: ['typedoc-plugin-markdown'],
    out,
    readme: 'none',
    logLevel: 'Error',
    disableGit: true,
    sourceLinkTemplate: '{path}',
    excludeInternal: true,
    excludeExternals: true,
    sort: ['alphabetical'],
    categorizeByGroup: false,
    categoryOrder: [...Object.keys(CHAPTERS), IN_DECLARATIONS],
    outputFileStrategy: 'modules',
    flattenOutputFiles: true,
    entryFileName: 'README',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
    tableColumnSettings: { hideSources: true, hideModifiers: true, hideInherited: true, hideOverrides: true, hideDefaults: true },
  });
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => classify(project));
  const project = await application.convert();
  if (project === undefined) throw new Error('the sources do not compile');
  await application.generateOutputs(project);
  partPage(out, 'flowproof.md');
}

const written = (folder) =>
  new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

if (!process.argv.includes('--check')) await write(PAGES);
else {
  const fresh = mkdtempSync(join(tmpdir(), 'api-reference-'));
  await write(fresh);
  const [now, then] = [written(fresh), written(PAGES)];
  rmSync(fresh, { recursive: true });
  const behind = [...new Set([...now.keys(), ...then.keys()])].filter((name) => now.get(name) !== then.get(name));
  if (behind.length > 0) {
    console.error(`${basename(PAGES)}: ${behind.join(', ')} behind the sources: run node scripts/api-reference.mjs`);
    process.exitCode = 1;
  }
}
