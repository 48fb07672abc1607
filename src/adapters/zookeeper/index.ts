/** Door of boards of jobs in ZooKeeper: `flowproof/zookeeper`. */
export { type ZookeeperOptions, zookeeper } from './zookeeper.js';
