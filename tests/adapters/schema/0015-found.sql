create or replace view flowproof.events as
  select t.run_id, t.seq, t.place, t.at, t.epoch, t.writer, t.event, a.atom,
    case when t.event in ('CREATED', 'RUN', 'FLOW', 'HALT', 'TAKEOVER', 'SIGNAL') then t.parts[2] when t.event in ('SUCCESS', 'FAILURE', 'INTERRUPTED', 'LOST', 'REVERTED', 'REVERT_FAILURE', 'TRY_AGAIN', 'SLEEP', 'ATTEMPT', 'SAVED', 'PROGRESS', 'WAIT', 'HEARD', 'UNHEARD') then t.parts[3] when t.event in ('VOTE') then t.parts[4] when t.event in ('DECIDED') then t.parts[5] end as detail,
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
        when t.event not in ('RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'LOST', 'FOUND', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'TRY_AGAIN', 'SLEEP', 'UNSETTLED', 'SETTLED', 'DECIDED', 'ATTEMPT', 'WITHDRAWN', 'VOTE', 'IGNORE', 'SAVED', 'PROGRESS', 'WAIT', 'HEARD', 'UNHEARD') then null
        when t.range is not null then (t.range -> 0)::text::int
        else t.parts[2]::text::int end,
      case when t.event in ('RESET') then t.parts[3]::text::int - 1
        when t.event not in ('RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'LOST', 'FOUND', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'TRY_AGAIN', 'SLEEP', 'UNSETTLED', 'SETTLED', 'DECIDED', 'ATTEMPT', 'WITHDRAWN', 'VOTE', 'IGNORE', 'SAVED', 'PROGRESS', 'WAIT', 'HEARD', 'UNHEARD') then null
        when t.range is not null then (t.range -> 1)::text::int - 1
        else t.parts[2]::text::int end) as atom) a on true;

create or replace view flowproof.atoms as
  select r.key, r.flow, r.run_id, x.*
  from flowproof.runs r
    cross join lateral (
      select a.atom, a.path, a.kind,
        case f.last_event when 'RESET' then 'PENDING' when 'INTERRUPTED' then 'FAILURE' when 'TRY_AGAIN' then 'RETRYING' when 'ATTEMPT' then 'SUCCESS' when 'WAIT' then 'WAITING' when 'HEARD' then 'SUCCESS' else coalesce(f.last_event, 'PENDING') end as state,
        coalesce(f.rounds, 0)::int as rounds, coalesce(f.executions, 0)::int as executions, coalesce(f.reversions, 0)::int as reversions,
        f.started_at, f.changed_at, coalesce(f.failures, 0)::int as failures, f.last_failure
      from (select t.*, max(t.generation) over () as newest from flowproof.atom_tables t where t.run_id = r.run_id) a
        left join (
          select c.path,
            (array_agg(c.event order by c.seq desc, c.place desc))[1] as last_event,
            count(*) filter (where ((c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING') or c.event = 'WAIT') and (c.before is null or c.before = 'RESET')) as rounds,
            count(*) filter (where (c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING')) as executions,
            count(*) filter (where c.event = 'REVERTING') as reversions,
            min(c.at) filter (where ((c.event = 'RUNNING' or c.event = 'ATTEMPT' and c.before is distinct from 'RUNNING') or c.event = 'WAIT')) as started_at,
            max(c.at) as changed_at,
            count(*) filter (where c.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE')) as failures,
            (array_agg(c.failure ->> 'name' || ': ' || (c.failure ->> 'message') order by c.seq desc, c.place desc) filter (where c.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE')))[1] as last_failure
          from (select b.*, case when b.event in ('FAILURE', 'INTERRUPTED', 'REVERT_FAILURE') then regexp_replace((b.detail)::text, '\\u(0000|d[89a-f][0-9a-f]{2})', '\ufffd', 'gi')::json end as failure,
              lag(b.event) over (partition by b.path order by b.seq, b.place) as before
            from (select e.*, t.path, lead(e.event) over (partition by t.path order by e.seq, e.place) as after
              from (select v.*, max(v.incarnation) over () as newest from flowproof.events v where v.run_id = r.run_id) e
                join (select * from flowproof.atom_tables u where u.run_id = r.run_id) t on t.generation = e.generation and t.atom = e.atom
              where e.incarnation = e.newest and e.event in ('RESET', 'RUNNING', 'SUCCESS', 'FAILURE', 'INTERRUPTED', 'REVERTING', 'REVERTED', 'REVERT_FAILURE', 'RETRYING', 'TRY_AGAIN', 'ATTEMPT', 'WITHDRAWN', 'IGNORE', 'WAIT', 'HEARD')) b
            where b.event <> 'WITHDRAWN' and b.after is distinct from 'WITHDRAWN') c
          group by c.path) f on f.path = a.path
      where a.generation = a.newest
      offset 0) x;
