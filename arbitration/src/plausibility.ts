import { type Economy, type EpochClock, epochEndMs, epochStartMs, type Resource } from '@stannary/kernel';
import type { BatchHeader, UsageRecord } from '@stannary/wire';
import type { RefusalDetail, ZeroUsageCode } from './refusals.ts';

// What a node's records may say at most. A counter inside a rented machine proves nothing, so admission holds it
// against what is known from elsewhere: the lease, the clock, and what the machine was attested to be able to do.

/** What was leased for one epoch. */
export interface LeaseFact {
  readonly nodeId: string;
  readonly epoch: number;
  readonly windowStartMs: number;
  /** Exclusive. */
  readonly windowEndMs: number;
  /** By resource code: most that all records of the lease may sum to. A resource that is not here is not bounded. */
  readonly quantityMax?: Readonly<Record<number, number>>;
  /** The accepted task receipt that billed records must name; null while there is none; absent: none is asked for. */
  readonly receiptId?: string | null;
}

/** What was accepted of one lease and resource before. */
export interface AcceptedUse {
  /** Exclusive end of the last window. */
  readonly windowEndMs: number;
  readonly quantity: number;
}

export interface RecordFacts {
  /** Attested capacity, thousandths of an NCU. */
  readonly node: { readonly nodeId: string; readonly milliNcu: number } | null;
  /** The economy in force in the header's epoch. */
  readonly economy: Economy;
  readonly clock: EpochClock;
  readonly nowMs: number;
  readonly lease: (leaseId: string) => LeaseFact | null;
  readonly used: (leaseId: string, resource: number) => AcceptedUse | null;
  /** What the node was admitted of a resource in the header's epoch before, over all leases. */
  readonly usedInEpoch: (resource: number) => number;
}

/** Accepted quantity of one lease and resource, of one batch. */
export interface AcceptedUsage {
  readonly leaseId: string;
  readonly resource: number;
  readonly quantity: number;
  /** Where the next window may begin. */
  readonly windowEndMs: number;
}

/** Why the usage of a whole batch counts zero. */
export interface Finding extends RefusalDetail {
  readonly code: ZeroUsageCode;
}

export function finding(code: ZeroUsageCode, expected: string, got: string): Finding {
  return { code, expected, got };
}

/**
 * The records' sums by lease and resource, in the order of their first records; or the first finding, and then
 * nothing counts. Windows of one lease and resource stand in order of time. `facts.node` is the header's, known.
 */
export function judgeRecords(
  header: BatchHeader,
  records: readonly UsageRecord[],
  facts: RecordFacts,
): AcceptedUsage[] | Finding {
  const bounds = boundsOf(header, facts);
  const meters: (Meter | undefined)[] = [];
  const leases = new Map<string, LeaseLines>();
  const lines: Line[] = [];
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!;
    let lease = leases.get(record.leaseId);
    if (lease === undefined) {
      const known = knownLease(record.leaseId, header, facts);
      if ('code' in known) return at(index, known);
      lease = { lease: known, lines: [] };
      leases.set(record.leaseId, lease);
    }
    let line = lease.lines[record.resource];
    if (line === undefined) {
      meters[record.resource] ??= meterOf(record.resource, facts);
      const meter = meters[record.resource];
      if (meter === undefined) return at(index, unrated(record));
      line = openLine(record, lease.lease, meter, facts);
      lease.lines[record.resource] = line;
      lines.push(line);
    }
    const wrong = timeFinding(record, line, bounds) ?? evidenceFinding(record, line) ?? quantityFinding(record, line);
    if (wrong !== null) return at(index, wrong);
    advance(line, record);
  }
  return capacityFinding(meters, bounds, facts) ?? lines.map(acceptedUsage);
}

interface LeaseLines {
  readonly lease: LeaseFact;
  /** By resource code. */
  readonly lines: (Line | undefined)[];
}

/** Running use of one lease and resource. */
interface Line {
  readonly leaseId: string;
  readonly resource: number;
  readonly lease: LeaseFact;
  readonly meter: Meter;
  quantity: number;
  /** What the lease still allows. */
  quantityLeft: number;
  windowEndMs: number;
}

/** Running use of one resource over all leases: the node's capacity is one, however many leases it serves. */
interface Meter {
  readonly resource: Resource;
  readonly milliNcu: number;
  quantity: number;
  firstStartMs: number;
  lastEndMs: number;
  /** The last window length asked for and its bound: windows of a batch are mostly equal. */
  windowMs: number;
  windowQuantityMax: number;
}

interface Bounds {
  readonly epochStartMs: number;
  readonly epochEndMs: number;
  /** A window ends before it is sealed, and both before now, up to the clocks' difference. */
  readonly latestEndMs: number;
}

function boundsOf(header: BatchHeader, { clock, nowMs, economy }: RecordFacts): Bounds {
  return {
    epochStartMs: epochStartMs(clock, header.epoch),
    epochEndMs: epochEndMs(clock, header.epoch),
    latestEndMs: Math.min(header.sealedAtMs, nowMs) + economy.cadence.clockSkewMs,
  };
}

function knownLease(leaseId: string, header: BatchHeader, facts: RecordFacts): LeaseFact | Finding {
  const lease = facts.lease(leaseId);
  if (lease === null) return finding('RECORD-LEASE-UNKNOWN', 'a lease', leaseId);
  if (lease.nodeId !== header.nodeId) return finding('RECORD-LEASE-FOREIGN', 'a lease of the node', leaseId);
  if (lease.epoch !== header.epoch)
    return finding('RECORD-LEASE-ENDED', `a lease of epoch ${header.epoch}`, `one of epoch ${lease.epoch}`);
  return lease;
}

function meterOf(code: number, { economy, node }: RecordFacts): Meter | undefined {
  const resource = economy.resources.find((candidate) => candidate.code === code);
  if (resource === undefined) return undefined;
  const use = { quantity: 0, firstStartMs: Number.MAX_SAFE_INTEGER, lastEndMs: 0 };
  return { resource, milliNcu: node!.milliNcu, ...use, windowMs: 0, windowQuantityMax: 0 };
}

function openLine({ leaseId, resource }: UsageRecord, lease: LeaseFact, meter: Meter, facts: RecordFacts): Line {
  const before = facts.used(leaseId, resource);
  const most = lease.quantityMax?.[resource] ?? Number.MAX_SAFE_INTEGER;
  const left = { quantityLeft: most - (before?.quantity ?? 0), windowEndMs: before?.windowEndMs ?? 0 };
  return { leaseId, resource, lease, meter, quantity: 0, ...left };
}

function timeFinding(record: UsageRecord, line: Line, bounds: Bounds): Finding | null {
  const startMs = record.windowStartMs;
  const endMs = startMs + record.windowMs;
  if (startMs < bounds.epochStartMs || endMs > bounds.epochEndMs)
    return outside('RECORD-WINDOW-OUTSIDE-EPOCH', bounds.epochStartMs, bounds.epochEndMs, record);
  const { windowStartMs, windowEndMs } = line.lease;
  if (startMs < windowStartMs || endMs > windowEndMs)
    return outside('RECORD-WINDOW-OUTSIDE-LEASE', windowStartMs, windowEndMs, record);
  if (startMs < line.windowEndMs)
    return finding('RECORD-WINDOW-OVERLAP', `a start of ${line.windowEndMs} at least`, `${startMs}`);
  if (endMs > bounds.latestEndMs)
    return finding('BATCH-CLOCK-SKEW', `an end of ${bounds.latestEndMs} at most`, `${endMs}`);
  return null;
}

function evidenceFinding({ evidence }: UsageRecord, { lease, meter }: Line): Finding | null {
  const { receiptId } = lease;
  if (receiptId === undefined || (evidence === null && !meter.resource.billed)) return null;
  if (evidence === null || receiptId === null)
    return finding('RECORD-EVIDENCE-MISSING', 'an accepted receipt', evidence ?? 'none');
  return evidence === receiptId ? null : finding('RECORD-EVIDENCE-MISMATCH', receiptId, evidence);
}

function quantityFinding({ quantity, windowMs }: UsageRecord, line: Line): Finding | null {
  const { meter, quantityLeft } = line;
  if (quantity > quantityLeft) return implausible('the lease', quantityLeft, quantity);
  if (windowMs !== meter.windowMs) {
    meter.windowMs = windowMs;
    meter.windowQuantityMax = quantityMaxIn(meter, windowMs);
  }
  if (quantity > meter.windowQuantityMax) return implausible('the window', meter.windowQuantityMax, quantity);
  return null;
}

function advance(line: Line, { quantity, windowStartMs, windowMs }: UsageRecord): void {
  const { meter } = line;
  line.windowEndMs = windowStartMs + windowMs;
  line.quantityLeft -= quantity;
  line.quantity += quantity;
  meter.quantity += quantity;
  if (windowStartMs < meter.firstStartMs) meter.firstStartMs = windowStartMs;
  if (line.windowEndMs > meter.lastEndMs) meter.lastEndMs = line.windowEndMs;
}

/** No node does more over all its leases than its capacity, in the batch's span and in the epoch. */
function capacityFinding(
  meters: readonly (Meter | undefined)[],
  bounds: Bounds,
  { usedInEpoch }: RecordFacts,
): Finding | null {
  for (const meter of meters) {
    if (meter === undefined) continue;
    const spanMax = quantityMaxIn(meter, meter.lastEndMs - meter.firstStartMs);
    if (meter.quantity > spanMax) return implausible('the span of the batch', spanMax, meter.quantity);
    const left = quantityMaxIn(meter, bounds.epochEndMs - bounds.epochStartMs) - usedInEpoch(meter.resource.code);
    if (meter.quantity > left) return implausible('the epoch', left, meter.quantity);
  }
  return null;
}

/** floor(milliNcu * quantityPerNcuMsMax * ms / 1000), at most 2^53 - 1, which bounds every quantity anyway. */
function quantityMaxIn({ milliNcu, resource }: Meter, durationMs: number): number {
  const product = (BigInt(milliNcu) * BigInt(resource.quantityPerNcuMsMax) * BigInt(durationMs)) / 1_000n;
  return product > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(product);
}

function acceptedUsage({ leaseId, resource, quantity, windowEndMs }: Line): AcceptedUsage {
  return { leaseId, resource, quantity, windowEndMs };
}

function unrated({ resource }: UsageRecord): Finding {
  return finding('RECORD-RESOURCE-UNRATED', 'a resource of the economy', `resource ${resource}`);
}

function implausible(of: string, most: number, got: number): Finding {
  return finding('RECORD-QUANTITY-IMPLAUSIBLE', `at most ${most} in ${of}`, `${got}`);
}

function outside(code: ZeroUsageCode, fromMs: number, toMs: number, record: UsageRecord): Finding {
  const { windowStartMs, windowMs } = record;
  return finding(code, `within ${fromMs} to ${toMs}`, `${windowStartMs} to ${windowStartMs + windowMs}`);
}

function at(index: number, wrong: Finding): Finding {
  return { ...wrong, where: `records[${index}]` };
}
