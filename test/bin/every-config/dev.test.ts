import { CONFIGS } from '../../lib/synth';
import { everyConfig } from './every-config';

describe('a config like that of dev', () => {
  everyConfig(CONFIGS.dev, { refused: ['kubernetes.kafkaNodes absent', 'database.backupPlan true', 'removal retain'] });
});
