import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer-process.js';

const at = (file: string): string => fileURLToPath(new URL(`../../bench/peers/${file}`, import.meta.url));
const node = (file: string): Peer['command'] => [process.execPath, at('host.mjs'), file];
/** That of Debian's packages, if it is there: pyenv and others know nothing of them. */
const python = process.env.TASKFLOW_PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');

/** Who can be measured beside raw and flowproof. What is what is told at the top of each program. */
export const PEERS: readonly Peer[] = [
  { name: 'dbos', command: node('dbos.mjs'), form: 'default' },
  { name: 'dbos-tuned', command: node('dbos.mjs'), form: 'tuned' },
  { name: 'openworkflow', command: node('openworkflow.mjs'), form: 'default' },
  { name: 'openworkflow-tuned', command: node('openworkflow.mjs'), form: 'tuned' },
  { name: 'langgraph', command: node('langgraph.mjs'), form: 'default' },
  { name: 'langgraph-sync', command: node('langgraph.mjs'), form: 'tuned' },
  { name: 'mastra', command: node('mastra.mjs'), form: 'default' },
  { name: 'mastra-tuned', command: node('mastra.mjs'), form: 'tuned' },
  { name: 'bullmq', command: node('bullmq.mjs'), form: 'default', redis: 'always' },
  { name: 'bullmq-tuned', command: node('bullmq.mjs'), form: 'tuned', redis: 'always' },
  { name: 'bullmq-everysec', command: node('bullmq.mjs'), form: 'tuned', redis: 'everysec' },
  { name: 'taskflow', command: [python, at('taskflow_peer.py')], form: 'default' },
  { name: 'taskflow-tuned', command: [python, at('taskflow_peer.py')], form: 'tuned' },
];
