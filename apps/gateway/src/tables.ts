import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

// The gateway's own tables: evidence, work and statements. Money is the ledger's (billing). Columns ending in `_json`
// hold canonical text that is hashed or served as it stands, so they are text and not jsonb.

export interface GatewayTables {
  network_fact: { key: string; value_json: string };
  device: {
    node_id: string;
    operator: string;
    class_name: string;
    spki: string;
    milli_ncu: number;
    head_seq: number;
    head_batch_id: string;
  };
  /** `settled_epoch`: the settlement whose committed root covers it; null until then. */
  batch: {
    node_id: string;
    seq: number;
    batch_id: string;
    epoch: number;
    cose: Uint8Array;
    body: Uint8Array;
    receipt: Uint8Array;
    code: string | null;
    admitted_ms: number;
    settled_epoch: number | null;
  };
  held_batch: { node_id: string; seq: number; batch_id: string; body: Uint8Array };
  task: {
    task_id: string;
    consumer: string;
    /** `task` is paid by its consumer, `audit` is a blind replica of `audit_of`. */
    purpose: string;
    audit_of: string | null;
    module_hash: string;
    input_hash: string;
    fuel_max: number;
    charge_grains_max: number;
    status: string;
    reason: string | null;
    /** Operators that may not run it, JSON array. */
    excluded_json: string;
    /** Where it may run (`TaskNeed`), JSON; null: anywhere. */
    need_json: string | null;
    submitted_ms: number;
    done_ms: number | null;
    disputed: boolean;
    escrow_open: boolean;
  };
  lease: {
    lease_id: string;
    task_id: string;
    node_id: string;
    epoch: number;
    position: number;
    status: string;
    handed: boolean;
    observed: boolean;
    /** The node's signed receipt (COSE) and what it says. */
    receipt: Uint8Array | null;
    receipt_id: string | null;
    output_hash: string | null;
    fuel: number | null;
    checkpoint_root: string | null;
    done_ms: number | null;
  };
  usage: {
    node_id: string;
    seq: number;
    lease_id: string;
    resource: number;
    epoch: number;
    quantity: number;
    window_end_ms: number;
    settled_epoch: number | null;
  };
  offer: {
    node_id: string;
    epoch: number;
    capacity_ncu_ms: number;
    floor_price: number;
    /** Null where the offer does not say. */
    resource: string | null;
    region: string | null;
    evidence: string | null;
    drain_epoch: number | null;
    pool_id: string | null;
    message: Uint8Array;
  };
  allocation: { epoch: number; inputs_json: string; result_json: string };
  statement: {
    epoch: number;
    statement_hash: string;
    statement_json: string;
    inputs_json: string;
    state_json: string;
    preimage: string;
    settled_ms: number;
    /** Copied out of the statement for lists. */
    price: number;
    utilisation_ppm: number;
    used_ncu_ms: number;
    charged_grains: number;
    tokens_grains: number;
  };
  /** Lifetime sums by node, kept in the settlement's transaction. */
  node_total: {
    node_id: string;
    credits_grains: number;
    tokens_grains: number;
    vested_credits_grains: number;
    leases_done: number;
    fuel: number;
    cpu_us: number;
  };
  charge: { lease_id: string; resource: number; epoch: number; settled_epoch: number; line_json: string };
  verdict: { verdict_id: string; verdict_json: string; settled_epoch: number | null; created_ms: number };
  /** A result under re-execution: status open, confirmed, fault or unresolved. */
  audit: { lease_id: string; epoch: number; status: string; reason: string | null };
  fault: {
    fault_id: string;
    node_id: string;
    offence: string;
    stage: string;
    evidence_hash: string;
    challenger: string;
    proposed_epoch: number | null;
    final_epoch: number | null;
    slash_grains: number;
    refunded_grains: number;
    chain_slash_id: string | null;
    proposed_tx: string | null;
    /** From when on the slash can be made final, by the chain's clock. */
    slash_due_ms: number | null;
    final_tx: string | null;
    /** Of the arbitration, where committees decide. */
    case_id: number | null;
    /** `guilty` or `not-guilty`; null until there is one. */
    case_verdict: string | null;
    case_closed: boolean;
    /** Whether the case is in a final block: until then a reorganisation may take it back. */
    case_seen: boolean;
  };
  evidence: { hash: string; bytes: Uint8Array; description: string };
  withdrawal: { withdrawal_id: string; account: string; credits_grains: number; settled_epoch: number | null };
  era: {
    era: number;
    header_json: string;
    leaves_json: string;
    header_hash: string;
    status: string;
    posted_tx: string | null;
    finalised_tx: string | null;
    posted_ms: number | null;
    /** How often it was proven wrong. */
    voided: number;
    voided_tx: string | null;
  };
  /** What happened on the chain; `position` orders it. */
  timeline: {
    tx_hash: string;
    log_index: number;
    position: number;
    kind: string;
    entry_json: string;
  };
  /** The batches of a settlement, closed and committed before its beacon is known. */
  epoch_commit: {
    epoch: number;
    batches_root: string;
    sealed_ms: number;
    tx_hash: string | null;
    block_number: number | null;
  };
}

/** In order; the ledger's migrations run before these. */
export const gatewayMigrations: Record<string, Migration> = {
  '2001-gateway': { up: (db) => createAll(db, TABLES) },
  '2002-voided-eras': { up: (db) => createAll(db, VOIDED_ERAS) },
  '2003-timeline': { up: (db) => createAll(db, TIMELINE_TABLE) },
  '2004-cases': { up: (db) => createAll(db, CASES) },
  '2005-cases-seen': { up: (db) => createAll(db, CASES_SEEN) },
};

/** A migration sees the schema of its time, whatever the types of today say. */
async function createAll<Schema>(db: Kysely<Schema>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const TIMELINE_TABLE = [
  `create table timeline (tx_hash text not null, log_index int8 not null, position int8 not null, kind text not null,
    entry_json text not null, primary key (tx_hash, log_index))`,
  `create index timeline_position on timeline (position)`,
  `create index timeline_kind on timeline (kind, position)`,
];

const CASES = [
  `alter table fault add column case_id int8, add column case_verdict text,
    add column case_closed boolean not null default false`,
];

const CASES_SEEN = [
  `alter table fault add column case_seen boolean not null default false`,
  `update fault set case_seen = true where case_id is not null`,
];

const VOIDED_ERAS = [`alter table era add column voided int8 not null default 0, add column voided_tx text`];

const TABLES = [
  `create table network_fact (key text primary key, value_json text not null)`,
  `create table device (node_id text primary key, operator text not null, class_name text not null, spki text not null,
    milli_ncu int8 not null, head_seq int8 not null default 0, head_batch_id text not null)`,
  `create table batch (node_id text not null, seq int8 not null, batch_id text not null, epoch int8 not null,
    cose bytea not null, body bytea not null, receipt bytea not null, code text, admitted_ms int8 not null, settled_epoch int8,
    primary key (node_id, seq))`,
  `create index batch_unsettled on batch (epoch) where settled_epoch is null`,
  `create table held_batch (node_id text not null, seq int8 not null, batch_id text not null, body bytea not null, primary key (node_id, seq))`,
  `create table task (task_id text primary key, consumer text not null, purpose text not null, audit_of text,
    module_hash text not null, input_hash text not null, fuel_max int8 not null, charge_grains_max int8 not null,
    status text not null, reason text, excluded_json text not null, need_json text, submitted_ms int8 not null, done_ms int8,
    disputed boolean not null default false, escrow_open boolean not null default false)`,
  `create index task_status on task (status)`,
  `create index task_done on task (consumer, done_ms)`,
  `create index task_audit on task (audit_of) where audit_of is not null`,
  `create table lease (lease_id text primary key, task_id text not null references task, node_id text not null,
    epoch int8 not null, position int8 not null, status text not null, handed boolean not null default false,
    observed boolean not null default false, receipt bytea, receipt_id text, output_hash text, fuel int8, checkpoint_root text, done_ms int8)`,
  `create index lease_task on lease (task_id)`,
  `create index lease_node_epoch on lease (node_id, epoch)`,
  `create index lease_epoch on lease (epoch)`,
  `create table usage (node_id text not null, seq int8 not null, lease_id text not null references lease, resource int8 not null,
    epoch int8 not null, quantity int8 not null, window_end_ms int8 not null, settled_epoch int8,
    primary key (node_id, seq, lease_id, resource))`,
  `create index usage_lease on usage (lease_id, resource)`,
  `create index usage_unsettled on usage (epoch) where settled_epoch is null`,
  `create table offer (node_id text not null, epoch int8 not null, capacity_ncu_ms int8 not null, floor_price int8 not null,
    resource text, region text, evidence text, drain_epoch int8, pool_id text, message bytea not null, primary key (node_id, epoch))`,
  `create table allocation (epoch int8 primary key, inputs_json text not null, result_json text not null)`,
  `create table statement (epoch int8 primary key, statement_hash text not null, statement_json text not null,
    inputs_json text not null, state_json text not null, preimage text not null, settled_ms int8 not null,
    price int8 not null, utilisation_ppm int8 not null, used_ncu_ms int8 not null, charged_grains int8 not null, tokens_grains int8 not null)`,
  `create table node_total (node_id text primary key, credits_grains int8 not null default 0, tokens_grains int8 not null default 0,
    vested_credits_grains int8 not null default 0, leases_done int8 not null default 0, fuel int8 not null default 0, cpu_us int8 not null default 0)`,
  `create table charge (lease_id text not null, resource int8 not null, epoch int8 not null, settled_epoch int8 not null,
    line_json text not null, primary key (lease_id, resource, epoch, settled_epoch))`,
  `create table verdict (verdict_id text primary key, verdict_json text not null, settled_epoch int8, created_ms int8 not null)`,
  `create table audit (lease_id text primary key references lease, epoch int8 not null, status text not null, reason text)`,
  `create table fault (fault_id text primary key, node_id text not null, offence text not null, stage text not null,
    evidence_hash text not null, challenger text not null, proposed_epoch int8, final_epoch int8,
    slash_grains int8 not null default 0, refunded_grains int8 not null default 0,
    chain_slash_id text, proposed_tx text, slash_due_ms int8, final_tx text)`,
  `create table evidence (hash text primary key, bytes bytea not null, description text not null)`,
  `create table withdrawal (withdrawal_id text primary key, account text not null, credits_grains int8 not null, settled_epoch int8)`,
  `create table era (era int8 primary key, header_json text not null, leaves_json text not null, header_hash text not null,
    status text not null, posted_tx text, finalised_tx text, posted_ms int8)`,
  `create table epoch_commit (epoch int8 primary key, batches_root text not null, sealed_ms int8 not null,
    tx_hash text, block_number int8)`,
];
