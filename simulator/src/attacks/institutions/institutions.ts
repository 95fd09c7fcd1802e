import type { Attack } from '../attack.ts';
import { censorship } from './censorship.ts';
import { governanceCapture } from './governance-capture.ts';
import { griefing } from './griefing.ts';
import { oraclePush } from './oracle-push.ts';
import { reserveRun } from './reserve-run.ts';
import { staleOracle } from './stale-oracle.ts';
import { verifierCapture } from './verifier-capture.ts';
import { verifierLaziness } from './verifier-laziness.ts';

/** Attacks on verifiers, oracle, reserve, votes, disputes and the chain, by their numbers. */
export const INSTITUTION_ATTACKS: readonly Attack[] = [
  verifierCapture,
  verifierLaziness,
  oraclePush,
  reserveRun,
  governanceCapture,
  griefing,
  censorship,
  staleOracle,
];
