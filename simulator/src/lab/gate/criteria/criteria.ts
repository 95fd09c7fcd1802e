import { books, governance, parity } from './by-evidence.ts';
import { concentration } from './concentration.ts';
import { conservation } from './conservation.ts';
import type { Criterion } from './criterion-of-gate.ts';
import { detection } from './detection.ts';
import { metering } from './metering.ts';
import { modelTruth } from './model-truth.ts';
import { priceCalm } from './price-calm.ts';
import { providers } from './providers.ts';
import { recovery } from './recovery.ts';
import { solvency } from './solvency.ts';
import { supplyCap } from './supply-cap.ts';
import { tenants } from './tenants.ts';

/** Every row of the gate but those that search for an attacker's best response: G1, G13 and G16. */
export const CRITERIA: readonly Criterion[] = [
  modelTruth,
  metering,
  detection,
  providers,
  tenants,
  priceCalm,
  concentration,
  solvency,
  recovery,
  conservation,
  parity,
  supplyCap,
  governance,
  books,
];
