import { FORBIDDEN, FORBIDDEN_IN_CHECKER, type Forbidden } from './names.js';

/** Who may import whom: the one table. A room is a folder of src; each folder of src/adapters is a room of its own. */
export interface Room {
  /** Rooms that it may import, through their `index.ts`. */
  readonly imports: readonly string[];
  /** Packages from npm that it may import. */
  readonly npm?: readonly string[];
  /** Files that may import from Node, as prefixes of paths inside the room; `''` is every file. */
  readonly node?: readonly string[];
  /** Nobody imports it but the door of the package that it is. */
  readonly leaf?: true;
  /** Its folders, from the lowest: a file imports from its own and from lower ones. Beside them is nothing but the door. */
  readonly floors?: readonly string[];
  /** Imported file by file: it is a vocabulary, and has no door. */
  readonly vocabulary?: true;
}

export interface Architecture {
  readonly rooms: Readonly<Record<string, Room>>;
  /** Uses of clocks, timers, randomness and the environment that are allowed, each with its reason. */
  readonly impure: readonly { readonly file: string; readonly uses: readonly string[]; readonly because: string }[];
  readonly maxLines: number;
  /** Files that lie side by side in a folder, at most. */
  readonly maxFiles: number;
  /** Folders whose files all have one shape: as many as there are. */
  readonly families: readonly string[];
  /** Words that no name has. */
  readonly forbidden: readonly Forbidden[];
}

export const ARCHITECTURE: Architecture = {
  rooms: {
    model: {
      imports: [],
      node: ['ids.ts', 'in-words.ts', 'codec/json-codec-tags.ts', 'codec/json-codec.ts', 'kinds.ts'],
      vocabulary: true,
    },
    authoring: {
      imports: ['model'],
      npm: ['reflect-metadata'],
      floors: ['words', 'definition', 'placement', 'retry', 'task', 'builder', 'run'],
    },
    compilation: { imports: ['model', 'authoring'], floors: ['shape', 'bind', 'stored', 'graph', 'draw'] },
    /** Keys, and the cipher that they are for: of values in a store, and of messages on their way. */
    encryption: { imports: ['model'], node: [''] },
    persistence: {
      imports: ['model', 'encryption'],
      node: ['file/'],
      floors: ['transitions', 'contract', 'values', 'format', 'memory', 'encryption', 'offload', 'file'],
    },
    /** One call of the user's code as data, and what makes it, in whatever place: knows no run and no store. */
    calls: { imports: ['model', 'authoring', 'compilation'], node: ['call-here.ts'] },
    engine: {
      imports: ['model', 'authoring', 'compilation', 'persistence', 'calls'],
      node: ['calls/slot-loans.ts'],
      floors: ['state', 'frontier', 'decide', 'upgrade', 'events', 'calls', 'record', 'loop'],
    },
    /** Where calls are made outside of the app's process or thread; knows no carrier. */
    places: { imports: ['model', 'authoring', 'calls'], node: ['serve.ts'] },
    /** What carries messages between engines and workers: the contract, and one in this process. Knows no call. */
    transport: { imports: ['model', 'encryption'], node: ['sealed-transport.ts'] },
    /** A door of the package: calls that are made on other machines. */
    workers: {
      imports: ['model', 'authoring', 'calls', 'places', 'transport'],
      leaf: true,
      floors: ['wire', 'remote', 'worker'],
    },
    executors: { imports: ['model', 'calls', 'places'], node: [''] },
    /** Where runs are offered to whoever is free: the contract of boards, and what all of them share. Knows no run and no store of runs. */
    boards: { imports: ['model'], floors: ['contract', 'record', 'session', 'memory', 'tree'] },
    /** Runs that begin by the clock: what users declare, and what is due of it when. Pure: knows no run and no store. */
    schedules: { imports: ['model', 'authoring'], npm: ['croner'] },
    app: {
      imports: ['model', 'authoring', 'compilation', 'persistence', 'calls', 'engine', 'executors', 'boards', 'schedules'],
      node: ['app/listeners.ts'],
      floors: ['registry', 'views', 'driving', 'queue', 'runs', 'steps', 'schedules', 'app'],
    },
    /** Claims jobs from a board, and drives their runs in an app. */
    conductor: { imports: ['model', 'authoring', 'boards', 'engine', 'app'], node: ['who.ts'] },
    /** Where everything of a picture of a flow lies; the one place that knows Graphviz. */
    pictures: { imports: ['model', 'compilation'], npm: ['@viz-js/viz'] },
    /** A door of the package: the page in a browser, as a function from requests to answers. What runs in the browser is in page/. */
    ui: {
      imports: ['model', 'compilation', 'boards', 'engine', 'app', 'pictures'],
      node: ['guard/session.ts', 'serve/node-listener.ts'],
      leaf: true,
      floors: ['base', 'guard', 'http', 'actions', 'views', 'asking', 'routes', 'assets', 'serve'],
    },
    /** A door of the package: listeners that are ready. */
    listeners: { imports: ['model', 'engine'], node: ['streams.ts'], leaf: true },
    testing: {
      imports: ['model', 'authoring', 'compilation', 'persistence', 'calls', 'engine', 'executors', 'boards', 'transport', 'app'],
      node: ['pace.ts'],
      leaf: true,
    },
    /** A door of the package: what those must do who bring a part of their own. */
    contracts: { imports: ['model', 'calls', 'boards', 'transport'], leaf: true },
    /** The journal in PostgreSQL's SQL, for every adapter that speaks it; knows no client. */
    sql: { imports: ['model', 'persistence'], floors: ['client', 'schema', 'append', 'read', 'journal'] },
    'adapters/postgres': { imports: ['model', 'authoring', 'persistence', 'sql'], npm: ['pg'], node: [''], leaf: true },
    'adapters/pglite': { imports: ['model', 'persistence', 'sql'], npm: ['@electric-sql/pglite'], node: [''], leaf: true },
    'adapters/redis': { imports: ['model', 'boards'], npm: ['ioredis'], node: ['client.ts'], leaf: true },
    'adapters/zookeeper': { imports: ['model', 'boards'], npm: ['node-zookeeper-client'], leaf: true },
    'adapters/etcd': { imports: ['model', 'boards'], node: ['tls-fetch.ts'], leaf: true },
    'adapters/rabbitmq': { imports: ['model', 'transport'], npm: ['rabbitmq-client'], leaf: true },
    'adapters/nats': {
      imports: ['model', 'transport'],
      npm: ['@nats-io/jetstream', '@nats-io/transport-node'],
      node: ['client.ts'],
      leaf: true,
    },
    /** The app in NestJS's container. */
    'adapters/nestjs': {
      imports: ['model', 'authoring', 'calls', 'app'],
      npm: ['@nestjs/common', '@nestjs/core', 'reflect-metadata'],
      leaf: true,
    },
    'adapters/opentelemetry': { imports: ['model', 'engine'], npm: ['@opentelemetry/api'], leaf: true },
    /** The files that lie in src itself: the door of the package. */
    '': {
      imports: [
        'model',
        'encryption',
        'authoring',
        'compilation',
        'persistence',
        'calls',
        'places',
        'engine',
        'executors',
        'boards',
        'schedules',
        'transport',
        'app',
        'conductor',
      ],
    },
  },
  impure: [
    {
      file: 'model/clock.ts',
      uses: ['Date.now', 'performance.now', 'setTimeout', 'clearTimeout'],
      because: 'it is the clock that everyone else is handed',
    },
    {
      file: 'listeners/streams.ts',
      uses: ['console', 'process.env'],
      because: 'it is where events are written when no logger is given, and NO_COLOR is said there',
    },
    {
      file: 'model/event-loop.ts',
      uses: ['performance.now', 'setImmediate'],
      because: 'it is about the real event loop, whatever clock the runs have',
    },
    {
      file: 'persistence/file/lock/process-start.ts',
      uses: ['process.env'],
      because: 'ps is started with the environment of this process, in a language that can be parsed',
    },
    {
      file: 'sql/append/group-commit.ts',
      uses: ['setImmediate'],
      because: 'what waits in the same turn of the event loop is written together: no time passes, only the turn ends',
    },
  ],
  maxLines: 300,
  maxFiles: 20,
  families: [],
  forbidden: FORBIDDEN,
};

/** The same for the checker in compiler/. What begins with `#` are rooms of src, by the package's own imports. */
export const COMPILER: Architecture = {
  rooms: {
    findings: { imports: [], vocabulary: true },
    source: { imports: ['findings'], npm: ['ts-morph'], node: ['project.ts', 'tsconfigs.ts', 'resolution.ts'] },
    reading: {
      imports: ['findings', 'source'],
      npm: ['#authoring', '#compilation'],
      floors: ['ground', 'library', 'interpret', 'flows', 'project'],
    },
    rules: { imports: ['findings', 'source', 'reading'], npm: ['#compilation', '#model'] },
    checking: { imports: ['findings', 'source', 'reading', 'rules'], npm: ['#model'] },
    output: { imports: ['findings'], npm: ['#model'], node: ['paths.ts'] },
    manifest: { imports: ['findings', 'source', 'reading'], npm: ['#authoring', '#compilation', '#model'] },
    stores: { imports: [], npm: ['flowproof'], node: [''] },
    upgrade: {
      imports: ['findings', 'source', 'reading', 'manifest', 'stores'],
      npm: ['#compilation', '#engine', '#model'],
      node: [''],
    },
    loading: { imports: ['findings', 'source', 'reading'], npm: ['#authoring', '#compilation', '#model'], node: [''] },
    /** A door of the package: it reads what linters have parsed, and knows no compiler. */
    'eslint-plugin': { imports: ['findings'], npm: ['#model'], leaf: true },
    pictures: { imports: ['source', 'reading', 'output', 'manifest'], npm: ['#compilation', '#model', '#pictures'] },
    cli: {
      imports: ['findings', 'source', 'reading', 'rules', 'checking', 'output', 'manifest', 'stores', 'upgrade', 'loading', 'pictures'],
      npm: ['#app', '#authoring', '#model', '@commander-js/extra-typings', 'flowproof'],
      node: [''],
      floors: ['terminal', 'project', 'store', 'runs', 'boards', 'workers', 'schedules', 'limits', 'page', 'database', 'program'],
    },
    /** The program itself. */
    '': { imports: ['cli'], npm: ['#model'], node: ['main.ts', 'thread.ts'] },
  },
  impure: [
    {
      file: 'loading/child.ts',
      uses: ['process.exit'],
      because: 'it is a program of its own, and ends when nobody waits for it any more, whatever its modules are doing',
    },
    {
      file: 'main.ts',
      uses: ['process.exit'],
      because: "a module of the user's may leave running what would keep the program from ending",
    },
  ],
  maxLines: 300,
  maxFiles: 20,
  families: ['rules'],
  forbidden: FORBIDDEN_IN_CHECKER,
};

/** The same for what runs in the browser, in page/: one room with floors. Of src it imports types, which nothing is loaded for. */
export const PAGE: Architecture = {
  rooms: {
    browser: { imports: [], npm: ['preact'], vocabulary: true },
    data: { imports: ['browser'], npm: ['preact'], vocabulary: true },
    parts: { imports: ['browser', 'data'], npm: ['preact'], vocabulary: true },
    run: { imports: ['browser', 'data', 'parts'], npm: ['preact'], vocabulary: true },
    pages: { imports: ['browser', 'data', 'parts', 'run'], npm: ['preact'], vocabulary: true },
    '': { imports: ['browser', 'data', 'parts', 'pages'], npm: ['preact'] },
  },
  impure: [
    { file: 'data/use-data.ts', uses: ['setTimeout', 'clearTimeout'], because: 'it asks again after a while' },
    { file: 'pages/run.tsx', uses: ['setTimeout', 'clearTimeout'], because: 'of many steps that come at once, one reading is enough' },
  ],
  maxLines: 300,
  maxFiles: 20,
  families: [],
  forbidden: FORBIDDEN,
};
