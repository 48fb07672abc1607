/** So many steps each of them has in the journal. */
export const STEPS = 5;

/** SQL that writes runs that are done, with a few others among them, and their steps. */
export const fill = (runs: number): string => `
  insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, ended_at, logbook, metadata)
  select ('0190a000-' || lpad(to_hex(n >> 16), 4, '0') || '-7' || lpad(to_hex((n >> 4) & 4095), 3, '0') || '-8' || lpad(to_hex(n & 15), 3, '0') || '-000000000000')::uuid,
    'key-' || n, case when n % 50000 = 0 then 'rare' else 'common' end, 1, 'none', 'none',
    case when n % 40000 = 0 then 'RUNNING' when n % 3 = 0 then 'REVERTED' when n % 20000 = 1 then 'FAILURE' else 'SUCCESS' end,
    now() - interval '9 days', case when n % 40000 = 0 then null else now() - interval '8 days' end,
    case when n % 2 = 0 then 'big' else 'other' end, json_build_object('customer', 'c-' || n % 100000, 'kind', 'all')
  from generate_series(1, ${runs}) n;
  insert into flowproof.run_metadata select e.key, e.value, run_id from flowproof.runs, json_each_text(metadata) e where flow in ('common', 'rare');
  insert into flowproof.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
  select run_id, run_id, created_at, seq, 0, 1, 'step', decode(md5(run_id::text || seq), 'hex'), '[{"atom":1,"to":"SUCCESS","result":{"next":{"n":1,"label":"step"}}}]'
  from flowproof.runs, generate_series(0, ${STEPS - 1}) seq where flow in ('common', 'rare')`;
