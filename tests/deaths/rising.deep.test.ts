import { killsAt } from './statements.js';

killsAt('rising-all', 'rising');
