import { expect, test } from 'vitest';
import { appAt, refund } from '../fixtures/cli/app.mjs';
import { APP, describeOnStores } from './program.js';

describeOnStores('flowproof runs signal', (program) => {
  const signal = (...args: readonly string[]) => program().run('runs', 'signal', ...args, '--app', APP);

  test('sends a run that sleeps what it waits for, once, as its flow takes it', async () => {
    const app = appAt(program().store);
    for (const id of ['f-1', 'f-2']) await app.start(refund, { id });
    await app.stop();
    const listed = await program().run('runs', 'list', '--ownerless', '--flow', 'refund');
    expect(listed.out).toMatch(/^f-2 +refund +RUNNING, asleep since \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ *\n/m);
    expect(listed.out).not.toContain('nobody');

    expect(await program().run('runs', 'signal', 'f-1', 'approval')).toMatchObject({ code: 2, err: expect.stringContaining('--app FILE') });
    for (const payload of ['{"by":7}', '{"by":']) expect((await signal('f-1', 'approval', payload)).code).not.toBe(0);
    expect(await signal('f-1', 'aproval', '{}')).toMatchObject({ code: 2, out: '', err: expect.stringContaining("'approval'") });
    const sent = ['f-1', 'approval', '{"by":"ada"}', '--message-id', 'event-1'];
    for (let times = 0; times < 2; times++) expect(await signal(...sent)).toMatchObject({ code: 0, out: 'f-1  sent approval\n', err: '' });
    const fed = await program().fed('{"by":"bob"}', 'runs', 'signal', 'f-2', 'approval', '-', '--app', APP, '-o', 'json');
    expect(JSON.parse(fed.out)).toEqual({ id: 'f-2', signal: 'approval' });

    for (const id of ['f-1', 'f-2']) expect((await program().run('runs', 'resume', id, '--here', '--app', APP)).code).toBe(0);
    const { out } = await program().run('runs', 'show', 'f-1', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ state: 'SUCCESS' });
    expect(out.match(/"by": ?"\w+"/g)?.map((found) => found.replace(' ', ''))).toContain('"by":"ada"');
    expect(await signal(...sent)).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_ENDED)') });
    expect(await signal('nobody', 'approval', '{"by":"ada"}')).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_NOT_FOUND)') });
  });
});
