import { type EraHeader, eraHeaderHash, fastKeccak256 } from '@stannary/chain';
import { nodeLine, nodeLines, type Payout, type Statement } from '@stannary/kernel';
import {
  addressBytes,
  contentHash,
  fromHex,
  genericSumTree,
  type PayoutLeaf,
  type SumLeaf,
  sumTree,
} from '@stannary/wire';
import type { EraHeaderAnswer } from './client/api.ts';
import type { GatewayContext, Open } from './context.ts';

/** An era's header as it is kept and served: amounts are decimal strings. */
export type StoredHeader = EraHeaderAnswer;

const NO_ROOT = '0'.repeat(64);

/** Builds the era's three trees from its statements and keeps header and leaves, in the settlement's own transaction. */
export async function recordEra(open: Open, context: GatewayContext, last: Statement): Promise<void> {
  const { era } = last.eraResult!;
  const payouts = payeesOf(last, context);
  const firstEpoch = last.epoch - context.clock().epochsPerEra + 1;
  const rows = await open
    .selectFrom('statement')
    .select(['statement_json', 'statement_hash'])
    .where('epoch', '>=', firstEpoch)
    .where('epoch', '<=', last.epoch)
    .orderBy('epoch')
    .execute();
  const statements = rows.map((row) => JSON.parse(row.statement_json) as Statement);
  const parent = await open
    .selectFrom('era')
    .select('header_hash')
    .where('era', '=', era - 1)
    .executeTakeFirst();
  const tree = sumTree(payouts.map(leafOf), fastKeccak256);
  const header: StoredHeader = {
    era,
    parentHash: parent?.header_hash ?? NO_ROOT,
    accrualRoot: rootOf(accrualLeaves(statements, context)),
    voidRoot: rootOf(voidLeaves(statements, context)),
    payoutRoot: tree.root,
    totalCredits: `${tree.totals.credits}`,
    totalTokens: `${tree.totals.tokens}`,
    leafCount: tree.leafCount,
    depth: 32 - Math.clz32(tree.leafCount - 1),
    paramsHash: contentHash(rows.map((row) => row.statement_hash)),
  };
  await open
    .insertInto('era')
    .values({
      era,
      header_json: JSON.stringify(header),
      leaves_json: JSON.stringify(payouts),
      header_hash: eraHeaderHash(chainHeader(header)),
      status: 'computed',
      posted_tx: null,
      finalised_tx: null,
      posted_ms: null,
    })
    .execute();
}

/** A tree has at least one leaf: before anything has vested, the treasury's, of zero. */
function payeesOf(last: Statement, { accounts }: GatewayContext): readonly Payout[] {
  const { payouts } = last.eraResult!;
  return payouts.length > 0 ? payouts : [{ account: accounts.treasury, cumulativeCredits: '0', cumulativeTokens: '0' }];
}

/** The header as the chain takes it. */
export function chainHeader(header: StoredHeader): EraHeader {
  return { ...header, totalCredits: BigInt(header.totalCredits), totalTokens: BigInt(header.totalTokens) };
}

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

/** What each node earned in each epoch, with what it followed from: key (account, node, epoch, class). */
function accrualLeaves(statements: readonly Statement[], context: GatewayContext): SumLeaf[] {
  const leaves = statements.flatMap((statement) =>
    nodeLines(statement).map((line) => ({
      key: keyOf(line.operator, line.nodeId, statement.epoch, classIndex(context, statement.epoch, line.className)),
      data: amounts(line.ncuMs, line.auditNcuMs, line.bondGrains, line.weight),
      credits: BigInt(line.earnedCreditsGrains),
      tokens: BigInt(line.earnedTokensGrains),
    })),
  );
  return sorted(leaves);
}

/** What final faults took back, under the same keys; the epoch is the one in which they became final. */
function voidLeaves(statements: readonly Statement[], context: GatewayContext): SumLeaf[] {
  const sums = new Map<string, { key: Uint8Array; credits: bigint; tokens: bigint }>();
  for (const statement of statements) {
    const { epoch, faults } = statement;
    for (const fault of faults.filter((line) => line.stage === 'final')) {
      const node = nodeLine(statement, fault.nodeId)!;
      const before = sums.get(`${fault.nodeId} ${epoch}`);
      const refunded = fault.refunds.reduce((sum, refund) => sum + refund.creditsGrains, 0);
      sums.set(`${fault.nodeId} ${epoch}`, {
        key: keyOf(node.operator, node.nodeId, epoch, classIndex(context, epoch, node.className)),
        credits: (before?.credits ?? 0n) + BigInt(refunded + fault.toInsuranceCreditsGrains),
        tokens: (before?.tokens ?? 0n) + BigInt(fault.toCarriedTokensGrains),
      });
    }
  }
  return sorted([...sums.values()]);
}

function rootOf(leaves: readonly SumLeaf[]): string {
  return leaves.length === 0 ? NO_ROOT : genericSumTree(leaves, fastKeccak256).root;
}

/** In the rules of the leaf's own epoch: a class that is added moves those after it. */
function classIndex({ policyAt }: GatewayContext, epoch: number, className: string): number {
  return policyAt(epoch).economy.classes.findIndex(({ name }) => name === className);
}

function keyOf(account: string, nodeId: string, epoch: number, classAt: number): Uint8Array {
  const key = new Uint8Array(20 + 32 + 8 + 1);
  key.set(addressBytes(account));
  key.set(fromHex(nodeId), 20);
  new DataView(key.buffer).setBigUint64(52, BigInt(epoch));
  key[60] = classAt;
  return key;
}

function amounts(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setBigUint64(8 * index, BigInt(value));
  });
  return bytes;
}

function sorted<Leaf extends SumLeaf>(leaves: Leaf[]): Leaf[] {
  return leaves.sort((a, b) => Buffer.compare(a.key, b.key));
}
