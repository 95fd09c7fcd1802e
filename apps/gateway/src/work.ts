import {
  type Allocation,
  allocate,
  allocationRuleOf,
  type Demand,
  type Economy,
  type EconomyState,
  type Epoch,
  EVIDENCE_LEVELS,
  type EvidenceLevel,
  epochAt,
  epochEndMs,
  type Grains,
  type NcuMs,
  normaliseQuantity,
  type Offer,
} from '@stannary/kernel';
import {
  decodeOfferMessage,
  decodeTaskReceipt,
  decodeTaskResult,
  encodeCbor,
  type OfferMessage,
  parseCose,
  RESOURCE_CODES,
  sha256,
  type TaskReceipt,
  taskReceiptId,
  toHex,
} from '@stannary/wire';
import type { TaskNeed, WorkItem } from './client/api.ts';
import type { Database, GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';
import { OFFER_EPOCHS_AHEAD } from './policies.ts';
import { refuse } from './refusals.ts';

/** How long a request for work waits for an allocation. */
const WORK_WAIT_MS = 2_000;

/** Offers, the allocation at each epoch's start, handing out leases, and taking results back. */
export class Work {
  readonly #context: GatewayContext;
  readonly #devices: Devices;
  /** The last request for work of each node, by when it was signed, and its answer. */
  readonly #handed = new Map<string, { readonly sentAtMs: number; readonly items: Promise<WorkItem[]> }>();

  constructor(context: GatewayContext, devices: Devices) {
    this.#context = context;
    this.#devices = devices;
  }

  /** Takes a node's signed offer for an epoch to come; a later one for the same epoch replaces it. */
  async takeOffer(bytes: Uint8Array): Promise<void> {
    const request = this.#devices.open(bytes, 'offer', ({ body }) => decodeOfferMessage(body).epoch);
    const offer = decodeOfferMessage(request.body);
    const { economy } = this.#context.policyAt(offer.epoch);
    const device = this.#devices.get(request.nodeId)!;
    const current = epochAt(this.#context.clock(), this.#context.nowMs());
    if (offer.epoch < current || offer.epoch > current + OFFER_EPOCHS_AHEAD) {
      const expected = `${current}–${current + OFFER_EPOCHS_AHEAD}`;
      throw refuse('OFFER-EPOCH', 'offer.epoch', expected, `${offer.epoch}`);
    }
    if (offer.className !== device.className)
      throw refuse('OFFER-CLASS', 'offer.class', device.className, offer.className);
    const attestedNcuMs = Math.floor((device.milliNcu * economy.cadence.epochMs) / 1000);
    if (offer.capacityNcuMs > attestedNcuMs) {
      throw refuse('OFFER-CAPACITY', 'offer.capacityNcuMs', `at most ${attestedNcuMs}`, `${offer.capacityNcuMs}`);
    }
    checkTerms(offer, leastEvidence(economy, offer.className));
    const row = {
      capacity_ncu_ms: offer.capacityNcuMs,
      floor_price: offer.floorMicrograinsPerNcuS,
      resource: offer.resource ?? null,
      region: offer.region ?? null,
      evidence: offer.evidence ?? null,
      drain_epoch: offer.drainEpoch ?? null,
      pool_id: offer.poolId ?? null,
      message: bytes,
    };
    await this.#context.db
      .insertInto('offer')
      .values({ node_id: request.nodeId, epoch: offer.epoch, ...row })
      .onConflict((conflict) => conflict.columns(['node_id', 'epoch']).doUpdateSet(row))
      .execute();
  }

  /**
   * Runs the kernel's allocation for an epoch once and opens its leases. Inputs and result are kept, so anyone can replay
   * it. An epoch that is sealed by then stays without: its work waits for the next one.
   */
  async allocate(epoch: Epoch, state: EconomyState, beacon: string): Promise<void> {
    const { db } = this.#context;
    const { economy } = this.#context.policyAt(epoch);
    await db.transaction().execute(async (open) => {
      if ((await isAllocated(open, epoch)) || (await isSealed(open, epoch))) return;
      const offers = await this.#offers(open, epoch);
      const demands = await demandsOf(open, economy);
      const result = allocate(economy, state, epoch, offers, demands, beacon);
      const inputs = { epoch, beacon, stateEpoch: state.epoch, offers, demands };
      await open
        .insertInto('allocation')
        .values({ epoch, inputs_json: JSON.stringify(inputs), result_json: JSON.stringify(result) })
        .execute();
      await this.#openLeases(open, result);
    });
    this.#context.signal('work-assigned');
  }

  async #offers(open: Open, epoch: Epoch): Promise<Offer[]> {
    const rows = await open
      .selectFrom('offer')
      .innerJoin('device', 'device.node_id', 'offer.node_id')
      .where('epoch', '=', epoch)
      .selectAll('offer')
      .select('class_name')
      .orderBy('offer.node_id')
      .execute();
    return rows.map((row) => ({
      nodeId: row.node_id,
      className: row.class_name,
      capacityNcuMs: row.capacity_ncu_ms as Offer['capacityNcuMs'],
      floorMicrograinsPerNcuS: row.floor_price as Offer['floorMicrograinsPerNcuS'],
      ...(row.resource === null ? {} : { resource: row.resource }),
      ...(row.region === null ? {} : { region: row.region }),
      ...(row.evidence === null ? {} : { evidence: row.evidence as EvidenceLevel }),
      ...(row.drain_epoch === null ? {} : { drainEpoch: row.drain_epoch as Epoch }),
      ...(row.pool_id === null ? {} : { poolId: row.pool_id }),
    }));
  }

  async #openLeases(open: Open, allocation: Allocation): Promise<void> {
    for (const { taskId, reason } of allocation.unassigned) {
      await open.updateTable('task').set({ reason }).where('task_id', '=', taskId).execute();
    }
    const leases = allocation.assignments.map((assignment) => ({
      lease_id: leaseIdOf(assignment.taskId, assignment.nodeId, allocation.epoch),
      task_id: assignment.taskId,
      node_id: assignment.nodeId,
      epoch: allocation.epoch,
      position: assignment.order,
      status: 'open',
      handed: false,
      observed: false,
    }));
    if (leases.length === 0) return;
    await open.insertInto('lease').values(leases).execute();
    const taskIds = leases.map((lease) => lease.task_id);
    await open.updateTable('task').set({ status: 'assigned', reason: null }).where('task_id', 'in', taskIds).execute();
  }

  /**
   * The node's leases of the current epoch that it has not had yet; waits a little when there are none. The same request
   * again gets the same answer: who repeats what a node signed takes no work away from it.
   */
  hand(bytes: Uint8Array): Promise<WorkItem[]> {
    const { nodeId, sentAtMs } = this.#devices.open(bytes, 'work');
    const known = this.#handed.get(nodeId);
    if (known?.sentAtMs === sentAtMs) return known.items;
    const items = this.#waitAndTake(nodeId);
    this.#handed.set(nodeId, { sentAtMs, items });
    return items;
  }

  async #waitAndTake(nodeId: string): Promise<WorkItem[]> {
    const items = await this.#take(nodeId);
    if (items.length > 0) return items;
    await this.#context.waitFor('work-assigned', WORK_WAIT_MS);
    return this.#take(nodeId);
  }

  async #take(nodeId: string): Promise<WorkItem[]> {
    const { db, clock, nowMs } = this.#context;
    const epoch = epochAt(clock(), nowMs());
    const rows = await db
      .selectFrom('lease')
      .innerJoin('task', 'task.task_id', 'lease.task_id')
      .where('lease.node_id', '=', nodeId)
      .where('lease.epoch', '=', epoch)
      .where('lease.status', '=', 'open')
      .where('lease.handed', '=', false)
      .select([
        'lease.lease_id',
        'lease.task_id',
        'lease.epoch',
        'lease.position',
        'task.module_hash',
        'task.input_hash',
        'task.fuel_max',
      ])
      .orderBy('lease.position')
      .execute();
    if (rows.length === 0) return [];
    const leaseIds = rows.map((row) => row.lease_id);
    await db.updateTable('lease').set({ handed: true }).where('lease_id', 'in', leaseIds).execute();
    return rows.map((row) => ({
      taskId: row.task_id,
      leaseId: row.lease_id,
      epoch: row.epoch as Epoch,
      order: row.position,
      moduleHash: row.module_hash,
      inputHash: row.input_hash,
      fuelMax: row.fuel_max,
    }));
  }

  /** Takes a result: signed receipt and output. It ends the lease; sending it again has no effect. */
  async takeResult(body: Uint8Array): Promise<void> {
    const { receipt, output, cose, parsed } = readResult(body);
    const lease = await this.#lease(receipt.taskId, (nodeId, epoch) => {
      const { aad } = this.#context.policyAt(epoch);
      return this.#devices.verifier(nodeId)?.(parsed.toBeSigned(aad), parsed.signature) ?? false;
    });
    this.#checkResult(lease, receipt, output);
    if (lease.status === 'done') return;
    const { clock, nowMs, blobs, db } = this.#context;
    const { aad, economy } = this.#context.policyAt(lease.epoch);
    const receiptId = taskReceiptId(parsed.payload, aad);
    const untilMs = epochEndMs(clock(), lease.epoch as Epoch) + economy.cadence.graceMs;
    if (nowMs() > untilMs) throw refuse('RESULT-LATE', 'result', `before ${untilMs}`, `${nowMs()}`);
    await blobs.put(output);
    await db.transaction().execute(async (open) => {
      const done = { receipt: cose, receipt_id: receiptId, output_hash: receipt.outputHash, fuel: receipt.fuel };
      const updated = await open
        .updateTable('lease')
        .set({ status: 'done', checkpoint_root: receipt.checkpointRoot, done_ms: nowMs(), ...done })
        .where('lease_id', '=', lease.lease_id)
        .where('status', '=', 'open')
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n) throw refuse('RESULT-LATE', 'result', 'an open lease', 'one that has ended');
      await open
        .updateTable('task')
        .set({ status: 'done', done_ms: nowMs() })
        .where('task_id', '=', lease.task_id)
        .execute();
    });
    this.#context.count('results', lease.purpose);
  }

  /** The lease of that task whose node signed: a receipt names neither node nor epoch, its signature does. */
  async #lease(taskId: string, signedBy: (nodeId: string, epoch: number) => boolean) {
    const rows = await this.#context.db
      .selectFrom('lease')
      .innerJoin('task', 'task.task_id', 'lease.task_id')
      .where('lease.task_id', '=', taskId)
      .where('lease.status', 'in', ['open', 'done'])
      .selectAll('lease')
      .select(['purpose', 'module_hash', 'input_hash', 'fuel_max'])
      .execute();
    if (rows.length === 0) throw refuse('RESULT-UNKNOWN', 'result.taskId', 'a leased task', taskId);
    const lease = rows.find((row) => signedBy(row.node_id, row.epoch));
    if (lease === undefined) throw refuse('RESULT-SIGNATURE', 'result', 'the leaseholder’s signature', 'another');
    return lease;
  }

  #checkResult(
    lease: { module_hash: string; input_hash: string; fuel_max: number },
    receipt: TaskReceipt,
    output: Uint8Array,
  ): void {
    const expected = [lease.module_hash, lease.input_hash, toHex(sha256(output)), this.#context.costTableHash];
    const got = [receipt.moduleHash, receipt.inputHash, receipt.outputHash, receipt.costTableHash];
    const names = ['moduleHash', 'inputHash', 'outputHash', 'costTableHash'];
    const at = expected.findIndex((value, index) => value !== got[index]);
    if (at >= 0) throw refuse('RESULT-MISMATCH', `receipt.${names[at]}`, expected[at]!, got[at]!);
    if (receipt.fuel > lease.fuel_max)
      throw refuse('RESULT-FUEL', 'receipt.fuel', `at most ${lease.fuel_max}`, `${receipt.fuel}`);
  }

  /** Ends what an epoch left undone: its tasks go back into the queue, the abandoned leases stay on the node's record. */
  async expire(open: Open, epoch: Epoch): Promise<void> {
    const rows = await open
      .selectFrom('lease')
      .select(['lease_id', 'task_id'])
      .where('epoch', '<=', epoch)
      .where('status', '=', 'open')
      .execute();
    if (rows.length === 0) return;
    const leaseIds = rows.map((row) => row.lease_id);
    const taskIds = rows.map((row) => row.task_id);
    await open.updateTable('lease').set({ status: 'abandoned' }).where('lease_id', 'in', leaseIds).execute();
    await open
      .updateTable('task')
      .set({ status: 'queued', reason: 'abandoned' })
      .where('task_id', 'in', taskIds)
      .execute();
  }
}

/** Names that people give: short, and the same in every alphabet. */
const OFFER_NAME = /^[a-z0-9][a-z0-9:._/-]{0,63}$/i;

/** What registration in a class proves; a higher level needs an attestation, and none is on record. */
function leastEvidence(economy: Economy, className: string): EvidenceLevel {
  const rule = allocationRuleOf(economy).classes.find((one) => one.className === className);
  return rule?.evidenceMin ?? EVIDENCE_LEVELS[0];
}

function checkTerms(offer: OfferMessage, proven: EvidenceLevel): void {
  for (const field of ['resource', 'region', 'poolId'] as const) {
    const name = offer[field];
    if (name !== undefined && !OFFER_NAME.test(name)) {
      throw refuse('OFFER-TERMS', `offer.${field}`, '1–64 letters, digits and :._/-', name);
    }
  }
  const { evidence, drainEpoch, epoch } = offer;
  const levels: readonly string[] = EVIDENCE_LEVELS.slice(0, EVIDENCE_LEVELS.indexOf(proven) + 1);
  if (evidence !== undefined && !levels.includes(evidence)) {
    throw refuse('OFFER-TERMS', 'offer.evidence', levels.join(' or '), evidence);
  }
  if (drainEpoch !== undefined && drainEpoch <= epoch) {
    throw refuse('OFFER-TERMS', 'offer.drainEpoch', `after ${epoch}`, `${drainEpoch}`);
  }
}

function readResult(body: Uint8Array) {
  try {
    const { cose, output } = decodeTaskResult(body);
    const parsed = parseCose(cose);
    return { receipt: decodeTaskReceipt(parsed.payload), output, cose, parsed };
  } catch (error) {
    const expected = 'COSE_Sign1 of a task receipt and the output';
    throw refuse('DEVICE-MALFORMED', 'result', expected, (error as Error).message);
  }
}

/** The queue, its work measured by the epoch's rules. */
async function demandsOf(open: Open, economy: Economy): Promise<Demand[]> {
  const fuel = economy.resources.find((resource) => resource.code === RESOURCE_CODES.fuel)!;
  const rows = await open.selectFrom('task').selectAll().where('status', '=', 'queued').orderBy('task_id').execute();
  return rows.map((row) => ({
    taskId: row.task_id,
    consumer: row.consumer,
    ncuMsMax: normaliseQuantity(fuel, row.fuel_max) as NcuMs,
    chargeGrainsMax: row.charge_grains_max as Grains,
    excludedOperators: JSON.parse(row.excluded_json) as string[],
    ...(row.need_json === null ? {} : (JSON.parse(row.need_json) as TaskNeed)),
  }));
}

/** A lease is one task on one node in one epoch. */
function leaseIdOf(taskId: string, nodeId: string, epoch: number): string {
  return toHex(sha256(encodeCbor(['lease', taskId, nodeId, epoch])));
}

export async function isAllocated(db: Database, epoch: number): Promise<boolean> {
  const row = await db.selectFrom('allocation').select('epoch').where('epoch', '=', epoch).executeTakeFirst();
  return row !== undefined;
}

/** Whether what belongs to the epoch is fixed: its leases have ended and no others can open. */
export async function isSealed(db: Database, epoch: number): Promise<boolean> {
  const row = await db.selectFrom('epoch_commit').select('epoch').where('epoch', '=', epoch).executeTakeFirst();
  return row !== undefined;
}
