import type { LedgerSchema } from '@stannary/billing/postgres';
import type { ArbitrationReader, ArbitrationSender, ChainReader, ChainSender } from '@stannary/chain';
import type { EpochClock } from '@stannary/kernel';
import type { Hash, Sign } from '@stannary/wire';
import type { Kysely, Transaction } from 'kysely';
import type { Blobs } from './blobs.ts';
import type { Policies, Policy } from './policies.ts';
import type { ShapeEra } from './poster-plugin.ts';
import type { GatewayTables } from './tables.ts';

export type Tables = GatewayTables & LedgerSchema;
export type Database = Kysely<Tables>;
export type Open = Transaction<Tables>;

/** One line of the gateway's log; `fields` never hold a secret. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A finished settlement, a new fault …: what other parts of the gateway wait for. */
export type Signal = 'work-assigned' | 'batch-admitted' | 'epoch-settled';

/** The arbitration of a network whose committees decide what bonds lose. */
export interface Court {
  readonly reader: ArbitrationReader;
  readonly sender: ArbitrationSender;
}

/** Everything the parts of the gateway share. Time, randomness, the chain and the database come in here and nowhere else. */
export interface GatewayContext {
  readonly db: Database;
  readonly blobs: Blobs;
  readonly chain: ChainReader;
  readonly sender: ChainSender;
  /** Null where the poster decides what bonds lose. */
  readonly court: Court | null;
  readonly policies: Policies;
  /** The rules of an epoch. */
  readonly policyAt: (epoch: number) => Policy;
  readonly chainId: string;
  readonly settlement: string;
  readonly costTableHash: string;
  readonly accounts: { readonly insurance: string; readonly treasury: string };
  /** Work is sold in this many eras, then the network drains; null: for ever. */
  readonly workEras: number | null;
  readonly nowMs: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly clock: () => EpochClock;
  /** Signs receipts with the poster's registered key. */
  readonly sign: Sign;
  /** SHA-256 of the platform, faster than the portable one. */
  readonly hash: Hash;
  /** The poster's hash chain: the preimage that belongs to an epoch. */
  readonly beaconPreimage: (epoch: number) => Uint8Array;
  /** What is posted of an era: what its statements say, unless a plugin says otherwise. */
  readonly shapeEra: ShapeEra;
  readonly log: Log;
  readonly count: (counter: CounterName, label: string, by?: number) => void;
  readonly signal: (name: Signal) => void;
  /** Resolves at the next signal of that name, or after `withinMs`. */
  readonly waitFor: (name: Signal, withinMs: number) => Promise<void>;
}

export type CounterName =
  | 'batches'
  | 'records'
  | 'refusals'
  | 'results'
  | 'tasks'
  | 'audits'
  | 'faults'
  | 'chainSends'
  | 'timeline';
