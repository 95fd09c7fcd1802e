import { mkdirSync, writeFileSync } from 'node:fs';
import { genericSumTree, type Hash, keccak256, type SumLeaf } from '@stannary/wire';
import { fastKeccak256 } from './keccak.ts';

// Building an era's payout tree on one core, with keccak in WebAssembly and in portable JavaScript; then a proof of any
// leaf. Times are of the process's own processor time. Writes bench-results/era-trees.json.

const GOAL_SECONDS: Readonly<Record<number, number>> = { 100000: 1.2, 1000000: 12 };
const GOAL_MIB = 1_536;
const GOAL_PROOF_MS = 1;
const PROOFS = 10_000;

function leavesOf(count: number): SumLeaf[] {
  return Array.from({ length: count }, (_, index) => {
    const key = new Uint8Array(20);
    new DataView(key.buffer).setUint32(0, index);
    return { key, credits: BigInt(index) * 1_000n, tokens: BigInt(index) };
  });
}

function seconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function measure(count: number, name: string, hash: Hash) {
  const leaves = leavesOf(count);
  let tree = genericSumTree(leaves.slice(0, 1_000), hash);
  const buildSeconds = seconds(() => {
    tree = genericSumTree(leaves, hash);
  });
  const proofSeconds = seconds(() => {
    for (let proof = 0; proof < PROOFS; proof += 1) tree.proof((proof * 7_919) % count);
  });
  return { leaves: count, keccak: name, buildSeconds, proofMs: (proofSeconds * 1e3) / PROOFS };
}

const rows = [10_000, 100_000, 1_000_000].flatMap((count) => [
  measure(count, 'WebAssembly', fastKeccak256),
  measure(count, 'JavaScript', keccak256),
]);
const [small, large] = [rows[2]!, rows[4]!];
const exponent = Math.log10(large.buildSeconds / small.buildSeconds);
const peakMiB = process.resourceUsage().maxRSS / 1_024;

for (const { leaves, keccak, buildSeconds, proofMs } of rows) {
  const goal = GOAL_SECONDS[leaves];
  const ratio = goal === undefined ? '' : `, ${(buildSeconds / goal).toFixed(2)} of the goal of ${goal} s`;
  console.log(
    `${leaves} leaves, ${keccak}: ${buildSeconds.toFixed(2)} s${ratio}; a proof ${proofMs.toFixed(4)} ms (goal ${GOAL_PROOF_MS})`,
  );
}
console.log(
  `exponent ${exponent.toFixed(2)}; peak ${peakMiB.toFixed(0)} MiB (goal ${GOAL_MIB}), both keccaks and all sizes`,
);
mkdirSync('bench-results', { recursive: true });
writeFileSync('bench-results/era-trees.json', JSON.stringify({ rows, exponent, peakMiB }, null, 2));
