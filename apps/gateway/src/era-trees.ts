import {
  ERA_TREES,
  type EraBundle,
  type EraHeader,
  type EraSource,
  type EraTreeName,
  type EraTrees,
  eraHeaderHash,
  eraHeaderOf,
  eraTreesOf,
  fastKeccak256,
  type SettledBatch,
  type TreeRoot,
} from '@stannary/chain';
import type { Economy, Payout, Statement } from '@stannary/kernel';
import { normaliseLowS, type PayoutLeaf, parseCose, sumTree, toHex } from '@stannary/wire';
import type { EraHeaderAnswer, TreeRootAnswer } from './client/api.ts';
import type { Database, GatewayContext, Open } from './context.ts';

/** An era's header as it is kept and served: amounts are decimal strings. */
export type StoredHeader = EraHeaderAnswer;

/** Of an era that nothing was sent of yet. */
export const COMPUTED = {
  status: 'computed',
  posted_tx: null,
  finalised_tx: null,
  posted_ms: null,
  voided: 0,
  voided_tx: null,
} as const;

const NO_ROOT = '0'.repeat(64);

/** Builds the era's trees from its statements and keeps header and payouts, in the settlement's own transaction. */
export async function recordEra(open: Open, context: GatewayContext, last: Statement): Promise<void> {
  const { era, payouts } = last.eraResult!;
  await open
    .insertInto('era')
    .values({
      era,
      ...(await headerOf(open, context, era, 0)),
      leaves_json: JSON.stringify(payeesOf(payouts, context)),
      ...COMPUTED,
    })
    .execute();
}

/** The header of an era that is to be posted anew: it was voided, or its parent was. */
export async function recordHeader(open: Open, context: GatewayContext, era: number, voided: number): Promise<void> {
  const header = await headerOf(open, context, era, voided);
  await open
    .updateTable('era')
    .set({ ...header, status: 'computed' })
    .where('era', '=', era)
    .execute();
}

async function headerOf(open: Open, context: GatewayContext, era: number, voided: number) {
  const { trees } = await postedEra(open, context, era, voided);
  const header = eraHeaderOf(era, await parentHashOf(open, era), trees);
  return { header_json: JSON.stringify(storedHeader(header)), header_hash: eraHeaderHash(header) };
}

/** Hash of the header that an era builds on, hex. */
export async function parentHashOf(db: Database | Open, era: number): Promise<string> {
  const parent = await db
    .selectFrom('era')
    .select('header_hash')
    .where('era', '=', era - 1)
    .executeTakeFirst();
  return parent?.header_hash ?? NO_ROOT;
}

/** What is posted and published of an era that was voided so often, and what it follows from. */
export async function postedEra(
  db: Database | Open,
  context: GatewayContext,
  era: number,
  voided: number,
): Promise<{ readonly bundle: EraBundle; readonly trees: EraTrees }> {
  const bundle = await eraBundle(db, context, era);
  return { bundle, trees: context.shapeEra({ bundle, trees: eraTreesOf(bundle), voided }) };
}

/** Everything that the era's trees follow from. The statements of the era and of those before it are there. */
async function eraBundle(db: Database | Open, context: GatewayContext, era: number): Promise<EraBundle> {
  const { policies, accounts } = context;
  // The contract's holdback is the one that the network began with; it never changes.
  const { holdbackEras } = context.policyAt(0).economy.cadence;
  const source = await eraSource(db, context, era);
  const heldBack = era < holdbackEras ? null : await eraSource(db, context, era - holdbackEras);
  const hashes = [...source.statements, ...(heldBack?.statements ?? [])].map(({ economyHash }) => economyHash);
  const economies = [...new Set(hashes)].map((hash): [string, Economy] => [hash, policies.named(hash).economy]);
  return {
    era,
    ...source,
    accounts,
    economies: Object.fromEntries(economies),
    heldBack,
    parentPayouts: era === 0 ? [] : await payoutsAfter(db, context, era - 1),
  };
}

async function eraSource(db: Database | Open, context: GatewayContext, era: number): Promise<EraSource> {
  const { first, last } = epochsOf(context, era);
  const rows = await db
    .selectFrom('statement')
    .select('statement_json')
    .where('epoch', '>=', first)
    .where('epoch', '<=', last)
    .orderBy('epoch')
    .execute();
  const statements = rows.map((row) => JSON.parse(row.statement_json) as Statement);
  return { statements, batches: await settledBatches(db, context, first, last) };
}

/** Those that the era's settlements counted and, of each node, the last before. */
async function settledBatches(
  db: Database | Open,
  { policyAt }: GatewayContext,
  firstEpoch: number,
  lastEpoch: number,
): Promise<SettledBatch[]> {
  const columns = ['node_id', 'seq', 'batch_id', 'epoch', 'cose', 'settled_epoch'] as const;
  const own = await db
    .selectFrom('batch')
    .select(columns)
    .where('settled_epoch', '>=', firstEpoch)
    .where('settled_epoch', '<=', lastEpoch)
    .orderBy('node_id')
    .orderBy('seq')
    .execute();
  const earlier = await db
    .selectFrom('batch')
    .distinctOn('node_id')
    .select(columns)
    .where('settled_epoch', '<', firstEpoch)
    .orderBy('node_id')
    .orderBy('seq', 'desc')
    .execute();
  return [...earlier, ...own].map((row) => {
    const { payload, signature } = parseCose(row.cose);
    return {
      nodeId: row.node_id,
      settledEpoch: row.settled_epoch!,
      seq: row.seq,
      batchId: row.batch_id,
      signature: toHex(normaliseLowS(signature)),
      message: { aad: toHex(policyAt(row.epoch).aad), payload: toHex(payload) },
    };
  });
}

async function payoutsAfter(db: Database | Open, context: GatewayContext, era: number): Promise<readonly Payout[]> {
  const row = await db
    .selectFrom('statement')
    .select('statement_json')
    .where('epoch', '=', epochsOf(context, era).last)
    .executeTakeFirstOrThrow();
  return (JSON.parse(row.statement_json) as Statement).eraResult!.payouts;
}

function epochsOf({ clock }: GatewayContext, era: number): { readonly first: number; readonly last: number } {
  const { epochsPerEra } = clock();
  return { first: era * epochsPerEra, last: (era + 1) * epochsPerEra - 1 };
}

/** A tree has at least one leaf: before anything has vested, the treasury's, of zero. */
function payeesOf(payouts: readonly Payout[], { accounts }: GatewayContext): readonly Payout[] {
  return payouts.length > 0 ? payouts : [{ account: accounts.treasury, cumulativeCredits: '0', cumulativeTokens: '0' }];
}

function storedHeader(header: EraHeader): StoredHeader {
  return mapRoots(header, ({ credits, tokens, ...root }) => ({ ...root, credits: `${credits}`, tokens: `${tokens}` }));
}

/** The header as the chain takes it. */
export function chainHeader(header: StoredHeader): EraHeader {
  return mapRoots(header, ({ credits, tokens, ...root }) => ({
    ...root,
    credits: BigInt(credits),
    tokens: BigInt(tokens),
  }));
}

function mapRoots<From extends TreeRoot | TreeRootAnswer, To>(
  header: Omit<EraHeader, keyof Roots<From>> & Roots<From>,
  change: (root: From) => To,
): Omit<EraHeader, keyof Roots<From>> & Roots<To> {
  const { era, parentHash } = header;
  const roots = Object.fromEntries(ERA_TREES.map((tree) => [tree, change(header[tree])])) as Roots<To>;
  return { era, parentHash, ...roots };
}

type Roots<Root> = Readonly<Record<EraTreeName, Root>>;

/** The payout tree of kept leaves, with the JSON form of its proofs. */
export function payoutTree(leavesJson: string) {
  const leaves = (JSON.parse(leavesJson) as Payout[]).map(leafOf);
  const tree = sumTree(leaves, fastKeccak256);
  const proof = (index: number) =>
    tree
      .proof(index)
      .siblings.map(({ hash, credits, tokens }) => ({ hash, credits: `${credits}`, tokens: `${tokens}` }));
  return { leaves, proof };
}

function leafOf(payout: Payout): PayoutLeaf {
  return {
    account: payout.account,
    credits: BigInt(payout.cumulativeCredits),
    tokens: BigInt(payout.cumulativeTokens),
  };
}
