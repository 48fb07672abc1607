import { killsAt } from './statements.js';

killsAt('letting-all', 'letting go');
