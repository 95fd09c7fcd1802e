import { type AccrualInputs, type AccrualLine, type ChainCurve, type ClassParams, NOWHERE } from './era-leaf.ts';

// What a leaf of the accrual tree must come to, as the contracts' RewardMath has it: exact for whatever a poster wrote,
// where the kernel's own functions would refuse. For honest inputs it is the kernel's settlement (accrual.test.ts).

const MILLION = 1_000_000n;
const NCU_MS_MICROGRAINS_PER_GRAIN = 1_000_000_000n;
const PIECES_MAX = 8;

/** `tokens` is null under a curve that contracts do not compute. Grains. */
export function accrualOf(
  params: ClassParams,
  inputs: AccrualInputs,
): { readonly credits: bigint; readonly tokens: bigint | null } {
  let work = inputs.auditNcuMs + inputs.reservedNcuMs;
  let credits = inputs.reservedGrains;
  for (const line of inputs.lines) {
    work += line.ncuMs + line.coveredNcuMs;
    credits += earned(charge(line), params.takePpm);
  }
  if (params.curve.kind === 'other') return { credits, tokens: null };
  const weight = params.weight;
  const cap = (weight * params.operatorCapPpm) / MILLION;
  const own = curveWeight(params.curve, work, inputs.bondGrains);
  const capped = inputs.operatorWeight <= cap ? own : (own * cap) / inputs.operatorWeight;
  return { credits, tokens: weight === 0n ? 0n : (params.emissionGrains * capped) / weight };
}

/** Whether contracts can compute the curve: a positive divisor, few pieces of rising ends. */
export function isWellFormed({ kind, kappaDenominator, untilPpm, slopePpm }: ChainCurve): boolean {
  if (kind === 'other') return true;
  if (kappaDenominator === 0n || untilPpm.length !== slopePpm.length || untilPpm.length > PIECES_MAX) return false;
  return untilPpm.every((until, at) => at === 0 || until > untilPpm[at - 1]!);
}

function charge({ ncuMs, price, coveredNcuMs, coveredPrice }: AccrualLine): bigint {
  const micrograins = ncuMs * price + coveredNcuMs * coveredPrice;
  return divideUp(micrograins, NCU_MS_MICROGRAINS_PER_GRAIN);
}

function earned(chargeGrains: bigint, takePpm: bigint): bigint {
  const take = divideUp(chargeGrains * takePpm, MILLION);
  return take > chargeGrains ? 0n : chargeGrains - take;
}

function curveWeight(curve: ChainCurve, work: bigint, bond: bigint): bigint {
  if (curve.kappaDenominator === 0n) return 0n;
  const covered = (bond * curve.kappaNumerator) / curve.kappaDenominator;
  if (curve.kind === 'linear-capped') return least(work, covered);
  let [from, weighed] = [0n, 0n];
  const pieces = Math.min(curve.untilPpm.length, curve.slopePpm.length);
  for (let piece = 0; piece < pieces && from < work; piece += 1) {
    const end = curve.untilPpm[piece]!;
    const until = end === NOWHERE ? work : least(work, (covered * end) / MILLION);
    if (until <= from) continue;
    weighed += (until - from) * curve.slopePpm[piece]!;
    from = until;
  }
  return weighed / MILLION;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function divideUp(product: bigint, divisor: bigint): bigint {
  return (product + divisor - 1n) / divisor;
}
