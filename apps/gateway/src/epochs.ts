import { releasePosting, statementPostings } from '@stannary/billing';
import { appendPostings } from '@stannary/billing/postgres';
import type { Block } from '@stannary/chain';
import {
  type ChainFacts,
  chargeLines,
  type Economy,
  type EconomyState,
  type Epoch,
  type EpochInputs,
  epochAt,
  epochEndMs,
  type Grains,
  genesisState,
  isLastEpochOfEra,
  nodeLines,
  type Settled,
  settleEpoch,
  type TokenPrice,
  type UsageLine,
  type Verdict,
} from '@stannary/kernel';
import { beaconOf, cborOf, contentHash, encodeCbor, fromHex, merkleRoot, RESOURCE_CODES, toHex } from '@stannary/wire';
import type { Audits } from './audits.ts';
import type { GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';
import { commitBatches } from './epoch-commit.ts';
import { recordEra } from './era-trees.ts';
import type { Faults } from './faults.ts';
import { BURNED_TOKENS, readFact, writeFact } from './network-clock.ts';
import { offeredByClass, offeredIn } from './offered.ts';
import { isAllocated, type Work } from './work.ts';

/**
 * Opens and closes epochs. An epoch closes in three steps, each durable before the next, so that a stop anywhere repeats
 * nothing and loses nothing: seal (its batches are fixed), commit (their root is on the chain), settle (beacon, kernel,
 * ledger and statement in one transaction).
 */
export class Epochs {
  readonly #context: GatewayContext;
  readonly #devices: Devices;
  readonly #work: Work;
  readonly #audits: Audits;
  readonly #faults: Faults;
  #state: EconomyState;
  #beacons = new Map<number, string>();

  constructor(context: GatewayContext, parts: { devices: Devices; work: Work; audits: Audits; faults: Faults }) {
    this.#context = context;
    this.#devices = parts.devices;
    this.#work = parts.work;
    this.#audits = parts.audits;
    this.#faults = parts.faults;
    this.#state = genesisState(context.policyAt(0).economy, context.accounts);
  }

  /** Takes up where the last stored statement left off. */
  async load(): Promise<void> {
    const rows = await this.#context.db
      .selectFrom('statement')
      .select(['epoch', 'state_json', 'inputs_json'])
      .orderBy('epoch', 'desc')
      .limit(3)
      .execute();
    if (rows[0] !== undefined) this.#state = JSON.parse(rows[0].state_json) as EconomyState;
    for (const row of rows) this.#beacons.set(row.epoch, (JSON.parse(row.inputs_json) as EpochInputs).beacon);
    if (rows[0] !== undefined) this.#audits.know(this.#state, this.#beacons.get(rows[0].epoch)!);
  }

  /** The economy after the last settled epoch. */
  get state(): EconomyState {
    return this.#state;
  }

  get current(): Epoch {
    return epochAt(this.#context.clock(), this.#context.nowMs());
  }

  /**
   * Allocates the current epoch's work, once its price is fixed (two epochs back settled). Where settling lags by more
   * than that, the epoch goes by without an allocation, and its work waits.
   */
  async openCurrent(): Promise<void> {
    const epoch = this.current;
    if (epoch < 0 || this.#state.epoch < epoch - 1) return;
    const beacon = this.#beacons.get(epoch - 2) ?? firstBeacon(this.#context.chainId, epoch);
    await this.#work.allocate(epoch, this.#state, beacon);
  }

  /** Takes the next due epoch one step further; false when there is nothing to do yet. */
  async closeNext(): Promise<boolean> {
    const epoch = this.#state.epoch;
    const { graceMs } = this.#context.policyAt(epoch).economy.cadence;
    const cutOffMs = epochEndMs(this.#context.clock(), epoch) + graceMs;
    if (this.#context.nowMs() < cutOffMs) return false;
    const batchesRoot = await this.#seal(epoch);
    const commitBlock = await commitBatches(this.#context, epoch, batchesRoot);
    const block = await this.#context.chain.firstFinalBlockAfter(commitBlock, cutOffMs);
    if (block === null) return false;
    await this.#settle(epoch, block);
    return true;
  }

  /** Fixes what belongs to the epoch: ends its leases, takes every admitted batch that no settlement has yet. */
  async #seal(epoch: Epoch): Promise<string> {
    const { db, nowMs } = this.#context;
    return db.transaction().execute(async (open) => {
      const before = await open
        .selectFrom('epoch_commit')
        .select('batches_root')
        .where('epoch', '=', epoch)
        .executeTakeFirst();
      if (before !== undefined) return before.batches_root;
      await this.#work.expire(open, epoch);
      if (!(await isAllocated(open, epoch))) this.#context.log('warn', 'epoch went by unallotted', { epoch });
      const batches = await open
        .updateTable('batch')
        .set({ settled_epoch: epoch })
        .where('settled_epoch', 'is', null)
        .where('epoch', '<=', epoch)
        .returning('batch_id')
        .execute();
      await open
        .updateTable('usage')
        .set({ settled_epoch: epoch })
        .where('settled_epoch', 'is', null)
        .where('epoch', '<=', epoch)
        .execute();
      const leaves = batches.map((row) => row.batch_id).sort();
      const batchesRoot = toHex(merkleRoot(leaves.map((leaf) => fromHex(leaf))));
      await open
        .insertInto('epoch_commit')
        .values({ epoch, batches_root: batchesRoot, sealed_ms: nowMs(), tx_hash: null, block_number: null })
        .execute();
      return batchesRoot;
    });
  }

  async #settle(epoch: Epoch, block: Block): Promise<void> {
    const { db, policyAt } = this.#context;
    const { version, economy, economyHash } = policyAt(epoch);
    const preimage = this.#context.beaconPreimage(epoch);
    const beacon = beaconOf({
      chain: this.#context.chainId,
      epoch,
      preimage,
      prevrandao: block.prevrandao.replace(/^0x/, ''),
    });
    const chain = await this.#chainFacts(epoch, block);
    const settled = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (open) => {
        const inputs = await this.#inputs(open, epoch, beacon, chain);
        const result = settleEpoch(economy, economyHash, this.#state, inputs);
        await this.#store(open, result, inputs, toHex(preimage));
        return result;
      });
    this.#state = settled.state;
    this.#beacons.set(epoch, beacon);
    this.#beacons.delete(epoch - 3);
    this.#audits.know(settled.state, beacon);
    const { statement } = settled;
    this.#context.log('info', 'epoch settled', {
      epoch,
      version,
      usedNcuMs: statement.usedNcuMs,
      chargedGrains: statement.totals.chargedGrains,
      faults: statement.faults.length,
    });
    this.#context.signal('epoch-settled');
  }

  /** The registry takes any class name; a node of a class that the economy does not have is no node of this network. */
  async #chainFacts(epoch: Epoch, block: Block): Promise<ChainFacts> {
    const all = await this.#context.chain.nodes(block.number);
    await this.#devices.refresh(all);
    const classes = new Set(this.#context.policyAt(epoch).economy.classes.map(({ name }) => name));
    const nodes = all.filter(({ className }) => classes.has(className));
    return {
      blockNumber: block.number,
      blockHash: block.hash,
      nodes: nodes.map(({ nodeId, operator, className, milliNcu, bondGrains }) => ({
        nodeId,
        operator,
        className,
        milliNcu,
        bondGrains,
      })),
    };
  }

  async #inputs(open: Open, epoch: Epoch, beacon: string, chain: ChainFacts): Promise<EpochInputs> {
    const usage = await usageOf(open, epoch);
    const acquittals = await this.#faults.acquittals(open, this.#state.openFaults, epoch);
    const verdicts = [...(await verdictsOf(open, epoch)), ...acquittals];
    const withdrawals = await open
      .selectFrom('withdrawal')
      .select(['account', 'credits_grains'])
      .where('settled_epoch', 'is', null)
      .orderBy('withdrawal_id')
      .execute();
    const { economy } = this.#context.policyAt(epoch);
    const offered = await offeredByClass(open, epoch);
    return {
      epoch,
      usage,
      verdicts,
      withdrawals: withdrawals.map((row) => ({ account: row.account, creditsGrains: row.credits_grains as Grains })),
      ...offeredIn(economy, offered),
      tokenPrice: fixedPrice(economy),
      burnedTokensGrains: ((await readFact<number>(open, BURNED_TOKENS)) ?? 0) as Grains,
      chain,
      beacon,
      roots: { usage: listRoot(usage), verdicts: listRoot(verdicts), chain: listRoot(chain.nodes) },
    };
  }

  /** Everything a settlement changes, in the caller's transaction. */
  async #store(open: Open, settled: Settled, inputs: EpochInputs, preimage: string): Promise<void> {
    const { statement, state } = settled;
    const epoch = statement.epoch;
    const statementHash = contentHash(statement);
    await open
      .insertInto('statement')
      .values({
        epoch,
        statement_hash: statementHash,
        statement_json: JSON.stringify(statement),
        inputs_json: JSON.stringify(inputs),
        state_json: JSON.stringify(state),
        preimage,
        settled_ms: this.#context.nowMs(),
        price: statement.priceMicrograinsPerNcuS,
        utilisation_ppm: statement.utilisationPpm,
        used_ncu_ms: statement.usedNcuMs,
        charged_grains: statement.totals.chargedGrains,
        tokens_grains: statement.emission.distributedGrains,
      })
      .execute();
    await addNodeTotals(open, statement, inputs);
    await appendPostings(open, statementPostings(this.#state, settled), this.#context.nowMs());
    await this.#storeCharges(open, statement);
    await this.#releaseEscrows(open, epoch);
    await markSettled(open, epoch);
    await writeFact(open, BURNED_TOKENS, 0);
    await this.#faults.applyStatement(open, statement);
    await this.#audits.draw(open, statement, state);
    if (statement.eraResult !== null) await recordEra(open, this.#context, statement);
    if (isLastEpochOfEra(this.#context.clock(), epoch) !== (statement.eraResult !== null))
      throw new Error(`epoch ${epoch}: the era's end is not the kernel's`);
  }

  async #storeCharges(open: Open, statement: Settled['statement']): Promise<void> {
    const rows = chargeLines(statement).map((line) => ({
      lease_id: line.leaseId,
      resource: line.resource,
      epoch: line.epoch,
      settled_epoch: statement.epoch,
      line_json: JSON.stringify(line),
    }));
    if (rows.length > 0) await open.insertInto('charge').values(rows).execute();
  }

  /** What a done task did not cost goes back to the wallet, once no late batch of its epoch can come any more. */
  async #releaseEscrows(open: Open, epoch: Epoch): Promise<void> {
    const closed = epoch - this.#context.policyAt(epoch).economy.cadence.lateEpochs;
    const rows = await open
      .selectFrom('task')
      .innerJoin('lease', 'lease.task_id', 'task.task_id')
      .where('task.escrow_open', '=', true)
      .where('lease.status', '=', 'done')
      .where('lease.epoch', '<=', closed)
      .select(['task.task_id', 'task.consumer', 'task.charge_grains_max', 'lease.lease_id'])
      .execute();
    if (rows.length === 0) return;
    const charged = await chargedByLease(
      open,
      rows.map((row) => row.lease_id),
    );
    const left = rows.map((row) => ({
      taskId: row.task_id,
      consumer: row.consumer,
      amountGrains: (row.charge_grains_max - (charged.get(row.lease_id) ?? 0)) as Grains,
      epoch,
    }));
    const postings = left.filter(({ amountGrains }) => amountGrains > 0).map(releasePosting);
    await appendPostings(open, postings, this.#context.nowMs());
    await open
      .updateTable('task')
      .set({ escrow_open: false })
      .where(
        'task_id',
        'in',
        rows.map((row) => row.task_id),
      )
      .execute();
  }
}

/** The value of a work token where the economy fixes it; null where reports would have to say, and there are none yet. */
function fixedPrice({ oracle }: Economy): TokenPrice | null {
  if (oracle.source !== 'fixed') return null;
  return { spotMicrograins: oracle.priceMicrograins, lowMicrograins: oracle.priceMicrograins };
}

/** No epoch lies two before the first ones; their allocation draws from a beacon that everybody can foresee. */
function firstBeacon(chain: string, epoch: number): string {
  return beaconOf({ chain, epoch, preimage: new Uint8Array(32), prevrandao: '0'.repeat(64) });
}

function listRoot(items: readonly unknown[]): string {
  return toHex(merkleRoot(items.map((item) => encodeCbor(cborOf(item)))));
}

async function usageOf(open: Open, settledEpoch: Epoch): Promise<UsageLine[]> {
  const rows = await open
    .selectFrom('usage')
    .innerJoin('lease', 'lease.lease_id', 'usage.lease_id')
    .innerJoin('task', 'task.task_id', 'lease.task_id')
    .where('usage.settled_epoch', '=', settledEpoch)
    .select(({ fn }) => [
      'usage.lease_id',
      'usage.node_id',
      'usage.resource',
      'usage.epoch',
      'task.consumer',
      'task.purpose',
      fn.sum('usage.quantity').as('quantity'),
    ])
    .groupBy(['usage.lease_id', 'usage.node_id', 'usage.resource', 'usage.epoch', 'task.consumer', 'task.purpose'])
    .orderBy('usage.lease_id')
    .orderBy('usage.resource')
    .orderBy('usage.epoch')
    .execute();
  return rows.map((row) => ({
    leaseId: row.lease_id,
    nodeId: row.node_id,
    consumer: row.consumer,
    purpose: row.purpose as UsageLine['purpose'],
    resource: row.resource,
    epoch: row.epoch as Epoch,
    quantity: Number(row.quantity),
  }));
}

/** Verdicts that no settlement has had yet, and what became of each node's leases. */
async function verdictsOf(open: Open, epoch: Epoch): Promise<Verdict[]> {
  const rows = await open
    .selectFrom('verdict')
    .select('verdict_json')
    .where('settled_epoch', 'is', null)
    .orderBy('verdict_id')
    .execute();
  const verdicts = rows.map((row) => JSON.parse(row.verdict_json) as Verdict);
  const ended = await open
    .selectFrom('lease')
    .select(({ fn }) => ['node_id', 'status', fn.countAll().as('n')])
    .where('observed', '=', false)
    .where('epoch', '<=', epoch)
    .where('status', 'in', ['done', 'abandoned'])
    .groupBy(['node_id', 'status'])
    .orderBy('node_id')
    .orderBy('status')
    .execute();
  const observations = ended.map(
    (row): Verdict => ({
      kind: 'observation',
      nodeId: row.node_id,
      outcome: row.status === 'done' ? 'completed' : 'abandoned',
      count: Number(row.n),
    }),
  );
  return [...verdicts, ...observations];
}

async function markSettled(open: Open, epoch: Epoch): Promise<void> {
  await open.updateTable('verdict').set({ settled_epoch: epoch }).where('settled_epoch', 'is', null).execute();
  await open.updateTable('withdrawal').set({ settled_epoch: epoch }).where('settled_epoch', 'is', null).execute();
  await open
    .updateTable('lease')
    .set({ observed: true })
    .where('observed', '=', false)
    .where('epoch', '<=', epoch)
    .where('status', 'in', ['done', 'abandoned'])
    .execute();
}

async function addNodeTotals(open: Open, statement: Settled['statement'], inputs: EpochInputs): Promise<void> {
  for (const line of nodeLines(statement)) {
    const usage = inputs.usage.filter((row) => row.nodeId === line.nodeId);
    const quantityOf = (resource: number) =>
      usage.filter((row) => row.resource === resource).reduce((sum, row) => sum + row.quantity, 0);
    const added = {
      credits_grains: line.earnedCreditsGrains,
      tokens_grains: line.earnedTokensGrains,
      vested_credits_grains: line.vestedCreditsGrains,
      leases_done: usage.filter((row) => row.resource === RESOURCE_CODES.fuel).length,
      fuel: quantityOf(RESOURCE_CODES.fuel),
      cpu_us: quantityOf(RESOURCE_CODES.cpu),
    };
    await open
      .insertInto('node_total')
      .values({ node_id: line.nodeId, ...added })
      .onConflict((conflict) =>
        conflict.column('node_id').doUpdateSet((eb) => ({
          credits_grains: eb('node_total.credits_grains', '+', added.credits_grains),
          tokens_grains: eb('node_total.tokens_grains', '+', added.tokens_grains),
          vested_credits_grains: eb('node_total.vested_credits_grains', '+', added.vested_credits_grains),
          leases_done: eb('node_total.leases_done', '+', added.leases_done),
          fuel: eb('node_total.fuel', '+', added.fuel),
          cpu_us: eb('node_total.cpu_us', '+', added.cpu_us),
        })),
      )
      .execute();
  }
}

async function chargedByLease(open: Open, leaseIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await open
    .selectFrom('charge')
    .select(['lease_id', 'line_json'])
    .where('lease_id', 'in', leaseIds)
    .execute();
  const charged = new Map<string, number>();
  for (const row of rows) {
    const { chargeGrains } = JSON.parse(row.line_json) as { chargeGrains: number };
    charged.set(row.lease_id, (charged.get(row.lease_id) ?? 0) + chargeGrains);
  }
  return charged;
}
