import {
  ADMISSION_CODES,
  type Admission,
  type AdmissionCode,
  type AdmissionFacts,
  judgeBatch,
  type KnownNode,
  type LeaseFact,
  type ReadBatch,
  type RefusedBatch,
  readBatch,
  type StoredHeader,
} from '@stannary/arbitration';
import { type EconomyState, epochEndMs, epochStartMs, nodeState } from '@stannary/kernel';
import { coseSign1, decodeBatchHeader, encodeReceipt, parseCose, RESOURCE_CODES } from '@stannary/wire';
import { GatewayRefusal } from './client/refusal.ts';
import type { GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';
import type { Faults } from './faults.ts';

/** HTTP status of admission's codes; the others are 422. */
const STATUS: Partial<Record<AdmissionCode | 'BATCH-HELD', number>> = {
  'BATCH-OVERSIZED': 413,
  'BATCH-MALFORMED': 400,
  'BATCH-NODE-UNKNOWN': 404,
  'BATCH-SIGNATURE': 401,
  'BATCH-REPLAYED': 409,
  'BATCH-EQUIVOCATION': 409,
  'BATCH-CHAIN': 409,
  'BATCH-GAP-LIMIT': 429,
  'BATCH-HELD': 425,
};

/** What the intake did with one body, decided and stored in one transaction. */
type Taken = { readonly admission: Admission; readonly receipt: Uint8Array | null };

/** Takes batches: looks up what admission has to know, stores what it decides, answers with the poster's receipt. */
export class Intake {
  readonly #context: GatewayContext;
  readonly #devices: Devices;
  readonly #faults: Faults;
  readonly #state: () => EconomyState;

  constructor(context: GatewayContext, devices: Devices, faults: Faults, state: () => EconomyState) {
    this.#context = context;
    this.#devices = devices;
    this.#faults = faults;
    this.#state = state;
  }

  /** The signed receipt; throws a refusal with admission's code, or BATCH-HELD while batches before it are missing. */
  async take(body: Uint8Array): Promise<Uint8Array> {
    const read = readBatch(body);
    if (read.outcome === 'refused') throw this.#refusal(read);
    const { admission, receipt } = await this.#judge(read, body);
    this.#count(admission, read);
    if (admission.outcome === 'accepted') await this.#takeHeld(read.header.nodeId);
    if (receipt !== null) return receipt;
    if (admission.outcome === 'refused') throw this.#refusal(admission);
    if (admission.outcome === 'equivocation')
      throw this.#refusal({
        outcome: 'refused',
        code: admission.code,
        refusalClass: 'give-up',
        expected: 'one batch for a sequence number',
        got: `another one, ${admission.batchId}`,
      });
    throw held(read);
  }

  /** Batches that waited for the one just accepted. */
  async #takeHeld(nodeId: string): Promise<void> {
    for (;;) {
      const next = await this.#context.db
        .selectFrom('held_batch')
        .innerJoin('device', 'device.node_id', 'held_batch.node_id')
        .where('held_batch.node_id', '=', nodeId)
        .whereRef('held_batch.seq', '<=', (eb) => eb('device.head_seq', '+', 1))
        .select('held_batch.body')
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      if (next === undefined) return;
      const read = readBatch(next.body);
      if (read.outcome !== 'read')
        throw new Error(`held batch of ${nodeId}: expected one that was read before, got ${read.code}`);
      const { admission } = await this.#judge(read, next.body);
      this.#count(admission, read);
      await this.#context.db
        .deleteFrom('held_batch')
        .where('node_id', '=', nodeId)
        .where('seq', '=', read.header.seq)
        .execute();
    }
  }

  #judge(read: ReadBatch, body: Uint8Array): Promise<Taken> {
    return this.#context.db.transaction().execute(async (open) => {
      const facts = await this.#facts(open, read);
      const admission = judgeBatch(read, facts);
      return { admission, receipt: await this.#store(open, read, body, admission) };
    });
  }

  async #facts(open: Open, { header, batch }: ReadBatch): Promise<AdmissionFacts> {
    const { clock, hash, nowMs, policyAt } = this.#context;
    const { nodeId, seq, epoch } = header;
    const { aad, economy } = policyAt(epoch);
    const device = await open
      .selectFrom('device')
      .select(['head_seq', 'head_batch_id'])
      .where('node_id', '=', nodeId)
      .forUpdate()
      .executeTakeFirst();
    const heldCount = await open
      .selectFrom('held_batch')
      .select(({ fn }) => fn.countAll().as('n'))
      .where('node_id', '=', nodeId)
      .executeTakeFirstOrThrow();
    const sealed = await open
      .selectFrom('epoch_commit')
      .select(({ fn }) => fn.max('epoch').as('epoch'))
      .executeTakeFirst();
    const leaseIds = [...new Set(batch.records.map((record) => record.leaseId))];
    const leases = await this.#leases(open, leaseIds);
    const used = await usedByLease(open, leaseIds);
    const inEpoch = await usedInEpoch(open, nodeId, epoch);
    return {
      node: this.#node(nodeId),
      head: { seq: device?.head_seq ?? 0, batchId: device?.head_batch_id ?? '0'.repeat(64) },
      stored: await this.#stored(open, nodeId, seq),
      heldCount: Number(heldCount.n),
      openEpoch: (sealed?.epoch ?? -1) + 1,
      aad,
      hash,
      economy,
      clock: clock(),
      nowMs: nowMs(),
      lease: (leaseId) => leases.get(leaseId) ?? null,
      used: (leaseId, resource) => used.get(`${leaseId} ${resource}`) ?? null,
      usedInEpoch: (resource) => inEpoch.get(resource) ?? 0,
    };
  }

  #node(nodeId: string): KnownNode | null {
    const device = this.#devices.get(nodeId);
    const verify = this.#devices.verifier(nodeId);
    if (device === null || verify === null) return null;
    const node = nodeState(this.#state(), nodeId);
    const isBonded = node?.status !== 'stopped';
    return { nodeId, milliNcu: device.milliNcu, status: node?.status ?? 'active', isBonded, verify };
  }

  async #stored(open: Open, nodeId: string, seq: number): Promise<StoredHeader | null> {
    const accepted = await open
      .selectFrom('batch')
      .select(['batch_id', 'cose'])
      .where('node_id', '=', nodeId)
      .where('seq', '=', seq)
      .executeTakeFirst();
    if (accepted !== undefined) return this.#storedHeader(accepted.batch_id, accepted.cose, false);
    const waiting = await open
      .selectFrom('held_batch')
      .select(['batch_id', 'body'])
      .where('node_id', '=', nodeId)
      .where('seq', '=', seq)
      .executeTakeFirst();
    if (waiting === undefined) return null;
    const read = readBatch(waiting.body);
    if (read.outcome !== 'read') throw new Error(`held batch ${seq} of ${nodeId} is damaged: ${read.code}`);
    return this.#storedHeader(waiting.batch_id, read.batch.cose, true);
  }

  #storedHeader(batchId: string, cose: Uint8Array, isHeld: boolean): StoredHeader {
    const { payload, signature } = parseCose(cose);
    const { aad } = this.#context.policyAt(decodeBatchHeader(payload).epoch);
    return { batchId, isHeld, header: payload, signature, aad };
  }

  /** A lease lasts for its epoch, and bills at most the fuel of the receipt that ended it: no result, no usage. */
  async #leases(open: Open, leaseIds: readonly string[]): Promise<Map<string, LeaseFact>> {
    if (leaseIds.length === 0) return new Map();
    const rows = await open
      .selectFrom('lease')
      .select(['lease_id', 'node_id', 'epoch', 'receipt_id', 'fuel'])
      .where('lease_id', 'in', leaseIds)
      .execute();
    const clock = this.#context.clock();
    const facts = rows.map((row): [string, LeaseFact] => [
      row.lease_id,
      {
        nodeId: row.node_id,
        epoch: row.epoch,
        windowStartMs: epochStartMs(clock, row.epoch),
        windowEndMs: epochEndMs(clock, row.epoch),
        quantityMax: { [RESOURCE_CODES.fuel]: row.fuel ?? 0 },
        receiptId: row.receipt_id,
      },
    ]);
    return new Map(facts);
  }

  /** Writes what the admission means; the receipt's bytes when one goes out. */
  async #store(open: Open, read: ReadBatch, body: Uint8Array, admission: Admission): Promise<Uint8Array | null> {
    const { nodeId, seq, epoch } = read.header;
    switch (admission.outcome) {
      case 'refused':
        return null;
      case 'held':
        await open
          .insertInto('held_batch')
          .values({ node_id: nodeId, seq, batch_id: admission.batchId, body })
          .execute();
        return null;
      case 'duplicate':
        return admission.isHeld
          ? null
          : (
              await open
                .selectFrom('batch')
                .select('receipt')
                .where('node_id', '=', nodeId)
                .where('seq', '=', seq)
                .executeTakeFirstOrThrow()
            ).receipt;
      case 'equivocation':
        await this.#faults.equivocation(open, nodeId, admission.proof);
        return null;
      case 'accepted': {
        const { policyAt, sign } = this.#context;
        const receipt = await coseSign1(encodeReceipt(admission.receipt), policyAt(epoch).aad, sign);
        const row = {
          batch_id: admission.head.batchId,
          epoch,
          cose: read.batch.cose,
          body,
          receipt,
          code: admission.code,
          admitted_ms: this.#context.nowMs(),
          settled_epoch: null,
        };
        await open
          .insertInto('batch')
          .values({ node_id: nodeId, seq, ...row })
          .execute();
        await open
          .updateTable('device')
          .set({ head_seq: seq, head_batch_id: admission.head.batchId })
          .where('node_id', '=', nodeId)
          .execute();
        const usage = admission.usage.map((line) => ({
          node_id: nodeId,
          seq,
          lease_id: line.leaseId,
          resource: line.resource,
          epoch,
          quantity: line.quantity,
          window_end_ms: line.windowEndMs,
          settled_epoch: null,
        }));
        if (usage.length > 0) await open.insertInto('usage').values(usage).execute();
        return receipt;
      }
    }
  }

  #count(admission: Admission, { header }: ReadBatch): void {
    const { count, signal } = this.#context;
    count('batches', admission.outcome);
    if (admission.outcome !== 'accepted') return;
    count('records', admission.code === null ? 'rated' : 'zero-usage', header.recordCount);
    if (admission.code !== null) count('refusals', admission.code);
    signal('batch-admitted');
  }

  #refusal(refused: RefusedBatch): GatewayRefusal {
    const { code, refusalClass, expected, got, where, wireCode } = refused;
    const detail = { ...(expected && { expected }), ...(got && { got }), ...(where && { where }) };
    const said = `${ADMISSION_CODES[code].text} (expected ${expected ?? 'otherwise'}, got ${got ?? 'this'}${wireCode === undefined ? '' : `: ${wireCode}`})`;
    return new GatewayRefusal({ code, message: said, ...detail }, STATUS[code] ?? 422, refusalClass);
  }
}

function held({ header }: ReadBatch): GatewayRefusal {
  const message = `batch ${header.seq}: kept, and waits for the batches before it`;
  return new GatewayRefusal({ code: 'BATCH-HELD', message, where: `seq ${header.seq}` }, 425, 'retry');
}

async function usedByLease(
  open: Open,
  leaseIds: readonly string[],
): Promise<Map<string, { windowEndMs: number; quantity: number }>> {
  if (leaseIds.length === 0) return new Map();
  const rows = await open
    .selectFrom('usage')
    .select(({ fn }) => ['lease_id', 'resource', fn.sum('quantity').as('quantity'), fn.max('window_end_ms').as('end')])
    .where('lease_id', 'in', leaseIds)
    .groupBy(['lease_id', 'resource'])
    .execute();
  return new Map(
    rows.map((row) => [`${row.lease_id} ${row.resource}`, { quantity: Number(row.quantity), windowEndMs: row.end }]),
  );
}

async function usedInEpoch(open: Open, nodeId: string, epoch: number): Promise<Map<number, number>> {
  const rows = await open
    .selectFrom('usage')
    .select(({ fn }) => ['resource', fn.sum('quantity').as('quantity')])
    .where('node_id', '=', nodeId)
    .where('epoch', '=', epoch)
    .groupBy('resource')
    .execute();
  return new Map(rows.map((row) => [row.resource, Number(row.quantity)]));
}
