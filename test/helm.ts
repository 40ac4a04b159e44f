import { helm } from '../lib/assembly/kubernetes/tools';

/** The helm that tests render with. A file of tests that imports it fails at once where there is none, and says why. */
export const HELM = helm();
