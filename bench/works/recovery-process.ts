/** The process that is killed while it has a job: `node recovery-process.js system url leaseMs` says `ready`, and `begun` with its job. */
import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { aborted, held } from '../held-flow.js';
import { RawLeases } from '../raw-leases.js';

const [system = '', url = '', lease = ''] = process.argv.slice(2);
const leaseMs = Number(lease);
/** So often a lease is renewed before it is over. */
const RENEWALS = 3;

if (system === 'raw') await rawLoop();
else {
  const services = { begun: () => console.log('begun'), held: aborted };
  const app = flowproof({ persistence: postgres(url), flows: [held], services, recover: false, leaseMs });
  await conductor(app).start();
  console.log('ready');
}

async function rawLoop(): Promise<void> {
  const jobs = await RawLeases.connect(url);
  console.log('ready');
  let id: string | undefined;
  while (id === undefined) {
    id = await jobs.claim(leaseMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const mine = id;
  setInterval(() => void jobs.renew(mine, leaseMs), leaseMs / RENEWALS);
  console.log('begun');
}
