import { cumulativeSplit, divideSlash, type Economy, largestRemainder, redeemBatch, splitTake } from '@stannary/kernel';
import { Draws } from '../../../draws/draws.ts';
import { atMost, equalTo, exactly, measured } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { SCENES } from '../scenes/scenes.ts';
import type { Criterion, CriterionSetting } from './criterion-of-gate.ts';

const CASES = { quick: 2_000, full: 100_000 } as const;

/** G11: no grain is made or lost. */
export const conservation: Criterion = {
  gate: 'G11',
  title: 'Money adds up',
  share: 'economics',
  scenes: SCENES,
  checks: (setting) => [everyEpoch(setting), ...fuzzed(setting)],
};

/** The books of a run assert it, in grains, epoch by epoch; a run that does not hold throws, and there is no report. */
function everyEpoch({ scenes }: CriterionSetting): GateCheck {
  const epochs = [...scenes.values()].reduce((sum, one) => sum + one.sum('epochs'), 0);
  const runs = [...scenes.values()].reduce((sum, one) => sum + one.runs, 0);
  return measured({
    id: 'every-epoch',
    metric: 'grains in less grains out, over all epochs',
    unit: 'grains',
    figure: exactly(epochs > 0 ? 0 : Number.NaN, epochs),
    line: equalTo(0),
    how: `asserted in each of ${epochs} epochs of ${runs} runs, under every shock and two attackers: charges, refunds, take, holdbacks, vesting, bonds, emission`,
    movedBy: [],
  });
}

/** The kernel's own splits at amounts drawn over many orders of magnitude. */
function fuzzed({ context, economy }: CriterionSetting): GateCheck[] {
  const cases = CASES[context.profile];
  const draws = new Draws({ seed: context.seed, run: 0 });
  let lost = 0;
  let dust = 0;
  for (let one = 0; one < cases; one += 1) {
    const found = splitOnce(economy, draws, one);
    lost = Math.max(lost, found.lost);
    dust = Math.max(dust, found.dustPerPayee);
  }
  const how = `${cases} random charges, slashes, class splits and redemption batches by the kernel’s functions`;
  return [
    measured({
      id: 'splits',
      metric: 'grains that a split makes or loses',
      unit: 'grains',
      figure: exactly(lost, cases),
      line: equalTo(0),
      how,
      movedBy: [],
    }),
    measured({
      id: 'dust',
      metric: 'grains per payee that a settlement leaves undivided',
      unit: 'grains',
      figure: exactly(dust, cases),
      line: atMost(1),
      how,
      movedBy: [],
    }),
  ];
}

function splitOnce(
  economy: Economy,
  draws: Draws,
  one: number,
): { readonly lost: number; readonly dustPerPayee: number } {
  const amount = (index: number) => Math.floor(10 ** (1 + 11 * draws.uniform('capacity', 0, 0, one, index))) as never;
  const charge: number = amount(0);
  const { earnedGrains, burnGrains, insuranceGrains, treasuryGrains } = splitTake(economy, charge as never);
  const slash: number = amount(1);
  const parts = divideSlash(economy.slash, slash as never, amount(2));
  const weights = Array.from({ length: 7 }, (_, index) => amount(3 + index) as number);
  const total: number = amount(11);
  const sum = (of: readonly number[]) => of.reduce((all, each) => all + each, 0);
  const lost = Math.max(
    Math.abs(charge - earnedGrains - burnGrains - insuranceGrains - treasuryGrains),
    Math.abs(slash - parts.challengerGrains - parts.insuranceGrains - parts.burnGrains),
    Math.abs(total - sum(largestRemainder(total, weights))),
    Math.abs(total - sum(cumulativeSplit(total, weights))),
  );
  return { lost, dustPerPayee: redemptionDust(economy, weights, BigInt(total)) };
}

/** What a fully covered batch owes its holders and does not pay, per holder. */
function redemptionDust({ reserve, assumptions }: Economy, weights: readonly number[], extra: bigint): number {
  const requests = weights.map((weight, index) => ({ account: `${index}`, creditGrains: BigInt(weight) }));
  const wanted = requests.reduce((sum, { creditGrains }) => sum + creditGrains, 0n);
  const before = { stableGrains: wanted + extra, tokenGrains: 0n, outstandingGrains: wanted + extra };
  const price = BigInt(assumptions.tokenPriceMicrograins);
  const { payments } = redeemBatch(reserve, before, requests, price);
  const paid = payments.reduce(
    (sum, { stableGrains, tokenGrains }) => sum + stableGrains + (tokenGrains * price) / 1_000_000n,
    0n,
  );
  const left = wanted > paid ? wanted - paid : paid - wanted;
  // A token grain may be worth several grains of credit: dust is counted in what is paid.
  const unit = reserve.kind === 'mint-backed' && price > 1_000_000n ? price / 1_000_000n + 1n : 1n;
  return Number(left / unit) / weights.length;
}
