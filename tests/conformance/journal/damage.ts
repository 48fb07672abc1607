import { expect } from 'vitest';
import type { JournalCase, JournalRig, Tampering } from './rig.js';
import { begun, entriesOf } from './samples.js';

const CORRUPT: readonly (readonly [what: string, transitions: string])[] = [
  ['no list', '{"RUNNING":1}'],
  ['a number', '7'],
  ['a transition that is no list', '["RUNNING"]'],
  ['an atom too many', '[["RUNNING",4]]'],
  ['a negative atom', '[["SUCCESS",-1,{}]]'],
  ['half an atom', '[["RUNNING",0.5]]'],
  ['an atom by name', '[["RUNNING","fetch"]]'],
  ['a missing atom', '[["RUNNING"]]'],
  ['a failure without a message', '[["FAILURE",1,{"name":"Error"}]]'],
  ['a failure that is a text', '[["FAILURE",1,"boom"]]'],
  ['a failure with a wrong cause', '[["FAILURE",1,{"name":"E","message":"m","cause":{"name":1}}]]'],
  ['a range out of bounds', '[["INTEND","EXECUTE",0,5]]'],
  ['a range backwards', '[["RESET",3,1]]'],
  ['a bare range out of bounds', '[["RUNNING",[1,5]]]'],
  ['a bare range backwards', '[["RUNNING",[3,1]]]'],
  ['a second creation', '[["CREATED",{"flow":"f","version":1,"fingerprint":"x","inputs":{},"inputsHash":"h"}]]'],
  ['a snapshot among steps', '[["SNAPSHOT",{}]]'],
  ['a state that is no text', '[["RUN",7]]'],
];

/** What no version up to this one writes, and a newer one may. */
const NEWER: readonly (readonly [what: string, transitions: string])[] = [
  ['an unknown word', '[["EXPLODED",1]]'],
  ['too many parts', '[["RUNNING",1,2]]'],
  ['an unknown state of the run', '[["RUN","DONE"]]'],
  ['an unknown intention', '[["INTEND","FLY",0,1]]'],
  ['an unknown decision', '[["DECIDED",0,1,1,"PONDER"]]'],
  ['more of a progress', '[["PROGRESS",1,0.5,{},1]]'],
  ['a flow described in a newer way', '[["FLOW",{"version":2,"fingerprint":"x","manifest":{"manifest":3},"from":[0]}]]'],
];

export const damageCases: readonly JournalCase[] = [
  ...CORRUPT.map(([what, transitions]) => ({
    name: `${what} in an entry is refused as JOURNAL_CORRUPT, with run and seq`,
    run: (rig: JournalRig) => refused(rig, { seq: 2, change: { transitions } }, 'JOURNAL_CORRUPT'),
  })),
  ...NEWER.map(([what, transitions]) => ({
    name: `${what} in an entry is refused as JOURNAL_TOO_NEW`,
    run: (rig: JournalRig) => refused(rig, { seq: 2, change: { transitions } }, 'JOURNAL_TOO_NEW'),
  })),
  {
    name: 'an entry of a newer format is refused as JOURNAL_TOO_NEW',
    run: (rig) => refused(rig, { seq: 2, change: { format: 99, transitions: '[["TELEPORTED",1]]' } }, 'JOURNAL_TOO_NEW'),
  },
  {
    name: 'an entry of a format that never was is refused as JOURNAL_CORRUPT',
    run: (rig) => refused(rig, { seq: 2, change: { format: 0 } }, 'JOURNAL_CORRUPT'),
  },
  {
    name: 'an epoch that falls is refused as JOURNAL_CORRUPT',
    run: (rig) => refused(rig, { seq: 1, change: { epoch: 5 } }, 'JOURNAL_CORRUPT', 2),
  },
  { name: 'a missing entry is refused as JOURNAL_GAP', run: (rig) => refused(rig, { seq: 2, change: 'remove' }, 'JOURNAL_GAP') },
  {
    name: 'a run whose beginning is missing is refused as JOURNAL_GAP',
    run: (rig) => refused(rig, { seq: 0, change: 'remove' }, 'JOURNAL_GAP'),
  },
  {
    name: 'an entry whose predecessor is missing is not appended',
    async run(rig) {
      const run = await begun(rig.journal, 3);
      const journal = await rig.tamper({ runId: run.runId, seq: 1, change: 'remove' });
      const kinds = await journal.append([run.item(2)]);
      expect(kinds.map(({ kind }) => kind)).toEqual(['stale']);
    },
  },
];

async function refused(rig: JournalRig, what: Omit<Tampering, 'runId'>, code: string, seq = what.seq): Promise<void> {
  const [run, other] = [await begun(rig.journal, 3), await begun(rig.journal, 3)];
  const journal = await rig.tamper({ runId: run.runId, ...what });
  await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code, runId: run.runId, seq });
  await expect(entriesOf(journal, run.runId)).rejects.toThrow(new RegExp(`${run.runId}.*seq ${seq}`));
  expect((await journal.runs({})).runs.map(({ runId }) => runId)).toEqual([other.runId, run.runId]);
  expect(await entriesOf(journal, other.runId)).toHaveLength(4);
}
