import type { Economy } from '@stannary/kernel';
import { bondingCurve, oracle, reserve } from './assets.ts';
import { classes } from './classes.ts';
import { challenges, committee, compliance, governance } from './governance.ts';
import { assumptions, gate } from './launch.ts';
import { leases, models, price, reserved, resourceMarkets, take } from './market.ts';
import { benchmarks, cadence, genesis, limits, resources } from './network.ts';
import { choice, count, type ProfileOf, section, text } from './parts.ts';
import { programme } from './programme.ts';
import { replay } from './replay.ts';
import {
  bonds,
  correlation,
  liveness,
  metering,
  newcomer,
  offences,
  reputation,
  slash,
  slashLimit,
  verification,
  vesting,
} from './security.ts';
import { settlement } from './settlement.ts';
import { supply } from './supply.ts';

/** Names of economies and of classes. */
export const NAME_FORM = /^[a-z][a-z0-9-]*$/;

/**
 * Every field of an economy file, once: its meaning, kind, unit, default, hard bounds and largest step. The reader, the
 * JSON Schema, the reference page and what `stannary init` writes are made from it.
 */
export const economyCatalogue = section('A Stannary economy.', {
  name: text('name', 'Name of the economy.', NAME_FORM, { default: 'reference', stepMax: 'fixed' }),
  version: count('version', 'Counted up with each change; every statement names the hash of all that follows.', {
    default: '1',
    min: '1',
    max: '1_000_000',
    stepMax: 'free',
    positive: true,
  }),
  bounds: choice(
    'bounds',
    'Whether hard bounds and checks bind. Waived is for experiments and local networks, and can never be deployed.',
    ['enforced', 'waived'],
    { default: 'enforced', stepMax: 'fixed' },
  ),
  grainsPerUnit: count('grainsPerUnit', 'Grains, the smallest units, in one credit and in one work token.', {
    default: '1_000_000',
    min: '1',
    max: '1_000_000_000',
    stepMax: 'fixed',
    positive: true,
    unit: 'grains',
  }),
  limits,
  genesis,
  cadence,
  resources,
  benchmarks,
  classes,
  price,
  resourceMarkets,
  models,
  reserved,
  leases,
  take,
  supply,
  bonds,
  vesting,
  newcomer,
  verification,
  metering,
  liveness,
  reputation,
  offences,
  slash,
  slashLimit,
  correlation,
  committee,
  challenges,
  oracle,
  reserve,
  bondingCurve,
  settlement,
  governance,
  compliance,
  assumptions,
  gate,
  programme,
  replay,
});

/** What the file becomes: integers, words and flags in canonical order. Its deterministic CBOR is what is hashed. */
export type EconomyProfile = ProfileOf<typeof economyCatalogue>;

/** The kernel reads a profile as its `Economy`: this line does not compile where the catalogue and the kernel disagree. */
export const asKernelEconomy = (profile: EconomyProfile): Economy => profile;
