import { killsAt } from './statements.js';

killsAt('firing-all', 'firing');
