import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { voucherDigest } from '@stannary/wire';
import { type Acceptance, acceptVoucher } from './acceptance.ts';
import { ALICE, HOME, HOUR_MS, NOW_MS, readOf, TestPayer } from './channels.fixture.ts';
import { type ReadVoucher, readVoucher } from './voucher.ts';

// Vouchers of one channel, read and accepted one after the other on one core. Beside it, in the same run, the one thing
// that acceptance cannot do without: a P-256 verification.

const VOUCHERS = 256;
const ROUNDS = 7;
const ROUND_MS = 300;
const GOAL_OF_RAW = 0.6;

const payer = new TestPayer();
const channel = payer.channel([[ALICE, 1_000_000]]);
const vouchers = Array.from({ length: VOUCHERS }, (_, index) => payer.voucher((index + 1) * 100));
const policy = { marginMs: HOUR_MS, unredeemedGrainsMax: 1_000_000 };
const facts = { channel, payee: ALICE, nowMs: NOW_MS, policy };

let head: ReadVoucher | null = null;
const took: number[] = [];

function acceptNext(call: number): void {
  if (call % VOUCHERS === 0) head = null;
  const started = performance.now();
  const read = readVoucher(vouchers[call % VOUCHERS]!);
  const answer: Acceptance = read.outcome === 'refused' ? read : acceptVoucher(read, { ...facts, head });
  if (answer.outcome !== 'accepted') throw new Error(answer.outcome);
  head = answer.head;
  took.push(performance.now() - started);
}

const first = readOf(vouchers[0]!);
const digest = voucherDigest(HOME, first.voucher);

function verifyOnly(): void {
  if (!payer.key.verify(digest, first.signature)) throw new Error('the signature does not verify');
}

/** Calls per second of processor time: a busy machine does not change it much. */
function callsPerSecond(act: (call: number) => void): number {
  const before = process.cpuUsage();
  const started = performance.now();
  let calls = 0;
  while (performance.now() - started < ROUND_MS) for (let burst = 0; burst < 8; burst++) act(calls++);
  const { user, system } = process.cpuUsage(before);
  return (calls * 1e6) / (user + system);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rates: [number[], number[]] = [[], []];
for (let round = 0; round <= ROUNDS; round++) {
  const [accepted, verified] = [callsPerSecond(acceptNext), callsPerSecond(verifyOnly)];
  if (round === 0) took.length = 0;
  else {
    rates[0].push(accepted);
    rates[1].push(verified);
  }
}
const [acceptedPerSecond, verifiesPerSecond] = rates.map(median) as [number, number];
took.sort((a, b) => a - b);
const results = {
  acceptedPerSecond: Math.round(acceptedPerSecond),
  verifiesPerSecond: Math.round(verifiesPerSecond),
  ofRawVerify: Number((acceptedPerSecond / verifiesPerSecond).toFixed(3)),
  goalOfRawVerify: GOAL_OF_RAW,
  p50Ms: Number(took[Math.floor(took.length * 0.5)]!.toFixed(4)),
  p99Ms: Number(took[Math.floor(took.length * 0.99)]!.toFixed(4)),
};
console.table([results]);
const folder = join(process.cwd(), 'bench-results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'voucher-acceptance.json'), `${JSON.stringify(results, null, 2)}\n`);
