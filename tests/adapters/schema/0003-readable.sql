comment on column flowproof.journal.run_id is 'The run; a UUIDv7, so that ids are in order of creation.';

comment on column flowproof.journal.format is 'Of the transitions. Older ones are still read; newer ones are left to the version that wrote them.';

comment on column flowproof.runs.run_id is 'A UUIDv7, so that ids are in order of creation.';

comment on column flowproof.runs.flow is 'Name of the flow.';

comment on column flowproof.runs.version is 'Version of the flow that the run began with.';

comment on column flowproof.runs.fingerprint is 'The graph that the run began with: key of shapes.';

comment on column flowproof.runs.inputs_hash is 'Digest of the inputs: who starts a run with the same key must have the same.';

comment on column flowproof.runs.state is 'PENDING, RUNNING, SUSPENDED, SUCCESS, REVERTED, FAILURE or CANCELLED.';

comment on column flowproof.runs.created_at is 'Clock of the engine that began it.';

comment on column flowproof.runs.ended_at is 'Clock of the engine that ended it; null while it has not ended.';

comment on column flowproof.shapes.fingerprint is 'Digest of the graph.';

comment on column flowproof.shapes.atoms is 'List of [path, task or retry]; its places, from 0, are the numbers in transitions.';

comment on column flowproof.shapes.manifest is 'The flow as data: nodes, names of values, versions.';

comment on column flowproof.inbox.run_id is 'The run that is to read it.';

comment on column flowproof.inbox.id is 'Of the message: sent twice, it is there once.';

comment on column flowproof.inbox.kind is 'What is wished for.';

comment on column flowproof.inbox.payload is 'What goes with the wish.';

comment on column flowproof.inbox.at is 'When it came, by the clock of this server.';

comment on column flowproof.leases.owner is 'The engine process.';

comment on column flowproof.leases.expires_at is 'Dead after this, by the clock of this server, unless renewed.';

comment on column flowproof.owner_locks.owner is 'The engine process.';

comment on column flowproof.migrations.version is 'Number of the migration.';

comment on column flowproof.migrations.name is 'Name of the migration.';

comment on column flowproof.migrations.breaking is 'Versions of flowproof that do not know this migration must not use the schema.';

comment on column flowproof.migrations.at is 'When it was applied.';

comment on table flowproof.migrations is 'What has been done to this schema.';

create view flowproof.events as
  select t.run_id, t.seq, t.place, t.at, t.epoch, t.writer, t.event, a.atom,
    case when t.event in ('CREATED', 'RUN', 'FLOW', 'TAKEOVER') then t.parts[2] when t.event in ('SUCCESS', 'FAILURE', 'INTERRUPTED', 'REVERTED', 'REVERT_FAILURE', 'SLEEP', 'ATTEMPT', 'SAVED', 'PROGRESS') then t.parts[3] when t.event in ('VOTE') then t.parts[4] when t.event in ('DECIDED') then t.parts[5] end as detail,
    t.generation, t.incarnation
  from (select j.run_id, j.seq, e.place::int as place, j.at, j.epoch, j.writer, p.parts, trim(both '"' from p.parts[1]::text) as event,
        case when json_typeof(p.parts[2]) = 'array' then p.parts[2] end as range,
        (count(*) filter (where trim(both '"' from p.parts[1]::text) = 'FLOW') over w)::int as generation,
        (count(*) filter (where trim(both '"' from p.parts[1]::text) = 'RUN' and p.parts[2]::text = '"PENDING"') over w)::int as incarnation
      from flowproof.journal j
        cross join lateral json_array_elements(j.transitions) with ordinality e(one, place)
        cross join lateral (select array(select x.part from json_array_elements(e.one) x(part)) as parts) p
      window w as (partition by j.run_id order by j.seq, e.place)) t
    left join lateral (select generate_series(
      case when t.event in ('RESET') then t.parts[2]::text::int
        when t.event not in ('RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'SLEEP', 'UNSETTLED', 'SETTLED', 'DECIDED', 'ATTEMPT', 'WITHDRAWN', 'VOTE', 'IGNORE', 'SAVED', 'PROGRESS') then null
        when t.range is not null then (t.range -> 0)::text::int
        else t.parts[2]::text::int end,
      case when t.event in ('RESET') then t.parts[3]::text::int - 1
        when t.event not in ('RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'SLEEP', 'UNSETTLED', 'SETTLED', 'DECIDED', 'ATTEMPT', 'WITHDRAWN', 'VOTE', 'IGNORE', 'SAVED', 'PROGRESS') then null
        when t.range is not null then (t.range -> 1)::text::int - 1
        else t.parts[2]::text::int end) as atom) a on true;

comment on view flowproof.events is 'Each transition of each step, one row an atom that it is about. Made for the views atoms and timeline.';

create view flowproof.atom_tables as
  select r.run_id, 0 as generation, (a.place - 1)::int as atom, a.one ->> 0 as path, a.one ->> 1 as kind
    from flowproof.runs r join flowproof.shapes h on h.fingerprint = r.fingerprint cross join lateral json_array_elements(h.atoms) with ordinality a(one, place)
  union all
  select e.run_id, e.generation, (a.place - 1)::int, a.one ->> 'path', a.one ->> 'kind'
    from flowproof.events e cross join lateral json_array_elements(regexp_replace((e.detail)::text, '\\u(0000|d[89a-f][0-9a-f]{2})', '\ufffd', 'gi')::json -> 'manifest' -> 'atoms') with ordinality a(one, place)
    where e.event = 'FLOW';

comment on view flowproof.atom_tables is 'What the numbers of atoms mean, by run and generation of its code. Made for the views atoms and timeline.';

create view flowproof.timeline as
  select r.key, r.flow, r.run_id, x.*
  from flowproof.runs r
    cross join lateral (
      select e.seq, e.place, e.at, e.at - (select b.at from flowproof.journal b where b.run_id = e.run_id and b.seq = e.seq - 1) as since_step_before,
        e.event, e.atom, a.path, case when e.event = 'FLOW' then regexp_replace((e.detail)::text, '\\u(0000|d[89a-f][0-9a-f]{2})', '\ufffd', 'gi')::json -> 'version' else e.detail end as detail,
        e.epoch, e.writer
      from flowproof.events e
        left join (select * from flowproof.atom_tables t where t.run_id = r.run_id) a on a.generation = e.generation and a.atom = e.atom
      where e.run_id = r.run_id and e.event <> 'INTEND'
      offset 0) x;

comment on view flowproof.timeline is 'What happened in a run, in order: select * from timeline where key = ... order by seq, place, atom.';

create view flowproof.atoms as
  select r.key, r.flow, r.run_id, x.*
  from flowproof.runs r
    cross join lateral (
      select a.atom, a.path, a.kind,
        case f.last_event when 'RESET' then 'PENDING' when 'INTERRUPTED' then 'FAILURE' when 'ATTEMPT' then 'SUCCESS' else coalesce(f.last_event, 'PENDING') end as state,
        coalesce(f.rounds, 0)::int as rounds, coalesce(f.executions, 0)::int as executions, coalesce(f.reversions, 0)::int as reversions,
        f.started_at, f.changed_at, coalesce(f.failures, 0)::int as failures, f.last_failure
      from (select t.*, max(t.generation) over () as newest from flowproof.atom_tables t where t.run_id = r.run_id) a
        left join (
          select c.path,
            (array_agg(c.event order by c.seq desc, c.place desc))[1] as last_event,
            count(*) filter (where (c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING') and (c.before is null or c.before = 'RESET')) as rounds,
            count(*) filter (where (c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING')) as executions,
            count(*) filter (where c.event = 'REVERTING') as reversions,
            min(c.at) filter (where (c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING')) as started_at,
            max(c.at) as changed_at,
            count(*) filter (where c.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE')) as failures,
            (array_agg(c.failure ->> 'name' || ': ' || (c.failure ->> 'message') order by c.seq desc, c.place desc) filter (where c.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE')))[1] as last_failure
          from (select b.*, case when b.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE') then regexp_replace((b.detail)::text, '\\u(0000|d[89a-f][0-9a-f]{2})', '\ufffd', 'gi')::json end as failure,
              lag(b.event) over (partition by b.path order by b.seq, b.place) as before
            from (select e.*, t.path, lead(e.event) over (partition by t.path order by e.seq, e.place) as after
              from (select v.*, max(v.incarnation) over () as newest from flowproof.events v where v.run_id = r.run_id) e
                join (select * from flowproof.atom_tables u where u.run_id = r.run_id) t on t.generation = e.generation and t.atom = e.atom
              where e.incarnation = e.newest and e.event in ('RESET', 'RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'ATTEMPT', 'WITHDRAWN', 'IGNORE')) b
            where b.event <> 'WITHDRAWN' and b.after is distinct from 'WITHDRAWN') c
          group by c.path) f on f.path = a.path
      where a.generation = a.newest
      offset 0) x;

comment on view flowproof.atoms is 'Where each task and retry of a run is now: select * from atoms where key = ...; the whole table is slow to read.';
