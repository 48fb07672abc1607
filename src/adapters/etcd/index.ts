/** Door of boards of jobs in etcd: `flowproof/etcd`. */
export type { BoardTls } from '../../boards/index.js';
export { type EtcdOptions, etcd } from './etcd.js';
export type { Credentials as EtcdCredentials, Fetch as EtcdFetch } from './gateway.js';
