import { protectionIsOn } from '../protection';
import type { VerifyCheck } from './context';

/** The run that creates an environment leaves its protection out, and somebody has to remember the next one. */
export const protection: VerifyCheck = { title: 'Protection', run: protectionIsOn };
