/**
 * pg-boss, for `npm run bench:held`: jobs by `send`, one each, and by `fetch` and `complete` of several at once, which its documentation
 * has beside `work` (https://timgit.github.io/pg-boss/): workers of `work` sleep between their fetches, and it is not sleeping that is measured.
 */
import PgBoss from 'pg-boss';
import { advance, FIRST } from '../../build/bench/steps.js';
import { versionsOf } from './versions.mjs';

const QUEUE = 'bench';

export async function open(url, atOnce) {
  const boss = new PgBoss(url);
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`));
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    name: versionsOf('pg-boss')[0],
    async batch(jobs) {
      await Promise.all(Array.from({ length: jobs }, () => boss.send(QUEUE, FIRST)));
      for (let done = 0; done < jobs; ) {
        const fetched = await boss.fetch(QUEUE, { batchSize: atOnce });
        await Promise.all(fetched.map(({ data }) => advance(data)));
        if (fetched.length > 0)
          await boss.complete(
            QUEUE,
            fetched.map(({ id }) => id),
          );
        done += fetched.length;
      }
    },
    close: () => boss.stop({ graceful: false }),
  };
}
