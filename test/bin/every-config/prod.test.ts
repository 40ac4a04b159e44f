import { CONFIGS } from '../../lib/synth';
import { everyConfig } from './every-config';

describe('a config like that of prod', () => {
  everyConfig(CONFIGS.prod, {
    refused: ['msk absent', 'observability.monthlyBudget absent', 'removal destroy', 'protection false'],
  });
});
