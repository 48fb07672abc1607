import { kindOf, TRANSITIONS, type TransitionKind, type Word } from '../../../persistence/index.js';
import type { Migration } from './migration.js';

/** For people with psql: what every column means, and two views that read the compact transitions. */
export const readable: Migration = {
  version: 3,
  name: 'readable',
  breaking: false,
  statements: (s) => [
    ...COMMENTS.map(([column, text]) => `comment on column ${s}.${column} is '${text}'`),
    `comment on table ${s}.migrations is 'What has been done to this schema.'`,
    `create ${eventsView(s, FORMAT)}`,
    `comment on view ${s}.events is 'Each transition of each step, one row an atom that it is about. Made for the views atoms and timeline.'`,
    atomTables(s),
    `comment on view ${s}.atom_tables is 'What the numbers of atoms mean, by run and generation of its code. Made for the views atoms and timeline.'`,
    timeline(s),
    `comment on view ${s}.timeline is 'What happened in a run, in order: select * from timeline where key = ... order by seq, place, atom.'`,
    `create ${atomsView(s, FORMAT)}`,
    `comment on view ${s}.atoms is 'Where each task and retry of a run is now: select * from atoms where key = ...; the whole table is slow to read.'`,
  ],
};

const COMMENTS: readonly (readonly [column: string, text: string])[] = [
  ['journal.run_id', 'The run; a UUIDv7, so that ids are in order of creation.'],
  ['journal.format', 'Of the transitions. Older ones are still read; newer ones are left to the version that wrote them.'],
  ['runs.run_id', 'A UUIDv7, so that ids are in order of creation.'],
  ['runs.flow', 'Name of the flow.'],
  ['runs.version', 'Version of the flow that the run began with.'],
  ['runs.fingerprint', 'The graph that the run began with: key of shapes.'],
  ['runs.inputs_hash', 'Digest of the inputs: who starts a run with the same key must have the same.'],
  ['runs.state', 'PENDING, RUNNING, SUSPENDED, SUCCESS, REVERTED, FAILURE or CANCELLED.'],
  ['runs.created_at', 'Clock of the engine that began it.'],
  ['runs.ended_at', 'Clock of the engine that ended it; null while it has not ended.'],
  ['shapes.fingerprint', 'Digest of the graph.'],
  ['shapes.atoms', 'List of [path, task or retry]; its places, from 0, are the numbers in transitions.'],
  ['shapes.manifest', 'The flow as data: nodes, names of values, versions.'],
  ['inbox.run_id', 'The run that is to read it.'],
  ['inbox.id', 'Of the message: sent twice, it is there once.'],
  ['inbox.kind', 'What is wished for.'],
  ['inbox.payload', 'What goes with the wish.'],
  ['inbox.at', 'When it came, by the clock of this server.'],
  ['leases.owner', 'The engine process.'],
  ['leases.expires_at', 'Dead after this, by the clock of this server, unless renewed.'],
  ['owner_locks.owner', 'The engine process.'],
  ['migrations.version', 'Number of the migration.'],
  ['migrations.name', 'Name of the migration.'],
  ['migrations.breaking', 'Versions of flowproof that do not know this migration must not use the schema.'],
  ['migrations.at', 'When it was applied.'],
];

/**
 * json may hold the zero character and half characters, text may not, and `->` fails on a document that has one anywhere
 * in it. So tuples are taken apart by `json_array_elements`, which unescapes nothing, and failures are read without such.
 */
const READABLE = (json: string): string => `regexp_replace((${json})::text, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'gi')::json`;

/** Of the words that these views know: those of later ones need a migration that makes the views again. */
const FORMAT = 1;

type Listed = (isOne: (kind: TransitionKind) => boolean) => string;

/** Words of the journal of formats up to this one, by what is known of them. */
const wordsOf = (format: number): readonly Word[] => (Object.keys(TRANSITIONS) as Word[]).filter((word) => kindOf(word).format <= format);
const listing =
  (format: number): Listed =>
  (isOne) =>
    wordsOf(format)
      .filter((word) => isOne(kindOf(word)))
      .map((word) => `'${word}'`)
      .join(', ');

/** The word is the first part in SQL, and what stands behind it begins with the second. */
const detailsOf = (listed: Listed): string =>
  [0, 1, 2, 3].map((part) => `when t.event in (${listed(({ shows }) => shows === part)}) then t.parts[${part + 2}]`).join(' ');

const EVENT = `trim(both '"' from p.parts[1]::text)`;

/**
 * `generation`: how often the code had changed, and with it what the numbers of atoms mean. `incarnation`: how often the
 * run had begun anew.
 */
export const eventsView = (s: string, format: number): string => {
  const listed = listing(format);
  const [hasAtom, inRange] = [
    listed(({ about }) => about === 'atom'),
    listed(({ rangeAt, state }) => rangeAt === 0 && state !== undefined),
  ];
  return `view ${s}.events as
  select t.run_id, t.seq, t.place, t.at, t.epoch, t.writer, t.event, a.atom,
    case ${detailsOf(listed)} end as detail,
    t.generation, t.incarnation
  from (select j.run_id, j.seq, e.place::int as place, j.at, j.epoch, j.writer, p.parts, ${EVENT} as event,
        case when json_typeof(p.parts[2]) = 'array' then p.parts[2] end as range,
        (count(*) filter (where ${EVENT} = 'FLOW') over w)::int as generation,
        (count(*) filter (where ${EVENT} = 'RUN' and p.parts[2]::text = '"PENDING"') over w)::int as incarnation
      from ${s}.journal j
        cross join lateral json_array_elements(j.transitions) with ordinality e(one, place)
        cross join lateral (select array(select x.part from json_array_elements(e.one) x(part)) as parts) p
      window w as (partition by j.run_id order by j.seq, e.place)) t
    left join lateral (select generate_series(
      case when t.event in (${inRange}) then t.parts[2]::text::int
        when t.event not in (${hasAtom}) then null
        when t.range is not null then (t.range -> 0)::text::int
        else t.parts[2]::text::int end,
      case when t.event in (${inRange}) then t.parts[3]::text::int - 1
        when t.event not in (${hasAtom}) then null
        when t.range is not null then (t.range -> 1)::text::int - 1
        else t.parts[2]::text::int end) as atom) a on true`;
};

const atomTables = (s: string): string => `create view ${s}.atom_tables as
  select r.run_id, 0 as generation, (a.place - 1)::int as atom, a.one ->> 0 as path, a.one ->> 1 as kind
    from ${s}.runs r join ${s}.shapes h on h.fingerprint = r.fingerprint cross join lateral json_array_elements(h.atoms) with ordinality a(one, place)
  union all
  select e.run_id, e.generation, (a.place - 1)::int, a.one ->> 'path', a.one ->> 'kind'
    from ${s}.events e cross join lateral json_array_elements(${READABLE('e.detail')} -> 'manifest' -> 'atoms') with ordinality a(one, place)
    where e.event = 'FLOW'`;

/** `offset 0` keeps what is inside together, so that it reads the steps of the run and no others. */
const timeline = (s: string): string => `create view ${s}.timeline as
  select r.key, r.flow, r.run_id, x.*
  from ${s}.runs r
    cross join lateral (
      select e.seq, e.place, e.at, e.at - (select b.at from ${s}.journal b where b.run_id = e.run_id and b.seq = e.seq - 1) as since_step_before,
        e.event, e.atom, a.path, case when e.event = 'FLOW' then ${READABLE('e.detail')} -> 'version' else e.detail end as detail,
        e.epoch, e.writer
      from ${s}.events e
        left join (select * from ${s}.atom_tables t where t.run_id = r.run_id) a on a.generation = e.generation and a.atom = e.atom
      where e.run_id = r.run_id and e.event <> 'INTEND'
      offset 0) x`;

/** The state that its last word left an atom in. */
const stateOf = (format: number): string =>
  wordsOf(format)
    .flatMap((word) => {
      const { state } = kindOf(word);
      return state === undefined || state === 'before' || state === word ? [] : [`when '${word}' then '${state}'`];
    })
    .join(' ');
const CALLED = `(c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING')`;
/** What waits begins, and is not called. */
const begunBy = (format: number): string => (format < 2 ? CALLED : `(${CALLED} or c.event = 'WAIT')`);

/**
 * A start that was withdrawn has not happened: neither it nor its withdrawal counts; nor does what was before the run
 * began anew. An atom is its path, whatever its number was when something happened to it.
 */
export const atomsView = (s: string, format: number): string => {
  const listed = listing(format);
  const moves = listed(({ state }) => state !== undefined);
  const failed = `in (${listed(({ state }) => state === 'FAILURE' || state === 'REVERT_FAILURE')})`;
  const begun = begunBy(format);
  return `view ${s}.atoms as
  select r.key, r.flow, r.run_id, x.*
  from ${s}.runs r
    cross join lateral (
      select a.atom, a.path, a.kind,
        case f.last_event ${stateOf(format)} else coalesce(f.last_event, 'PENDING') end as state,
        coalesce(f.rounds, 0)::int as rounds, coalesce(f.executions, 0)::int as executions, coalesce(f.reversions, 0)::int as reversions,
        f.started_at, f.changed_at, coalesce(f.failures, 0)::int as failures, f.last_failure
      from (select t.*, max(t.generation) over () as newest from ${s}.atom_tables t where t.run_id = r.run_id) a
        left join (
          select c.path,
            (array_agg(c.event order by c.seq desc, c.place desc))[1] as last_event,
            count(*) filter (where ${begun} and (c.before is null or c.before = 'RESET')) as rounds,
            count(*) filter (where ${CALLED}) as executions,
            count(*) filter (where c.event = 'REVERTING') as reversions,
            min(c.at) filter (where ${begun}) as started_at,
            max(c.at) as changed_at,
            count(*) filter (where c.event ${failed}) as failures,
            (array_agg(c.failure ->> 'name' || ': ' || (c.failure ->> 'message') order by c.seq desc, c.place desc) filter (where c.event ${failed}))[1] as last_failure
          from (select b.*, case when b.event ${failed} then ${READABLE('b.detail')} end as failure,
              lag(b.event) over (partition by b.path order by b.seq, b.place) as before
            from (select e.*, t.path, lead(e.event) over (partition by t.path order by e.seq, e.place) as after
              from (select v.*, max(v.incarnation) over () as newest from ${s}.events v where v.run_id = r.run_id) e
                join (select * from ${s}.atom_tables u where u.run_id = r.run_id) t on t.generation = e.generation and t.atom = e.atom
              where e.incarnation = e.newest and e.event in (${moves})) b
            where b.event <> 'WITHDRAWN' and b.after is distinct from 'WITHDRAWN') c
          group by c.path) f on f.path = a.path
      where a.generation = a.newest
      offset 0) x`;
};
