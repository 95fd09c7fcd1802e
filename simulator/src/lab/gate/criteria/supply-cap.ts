import { type Economy, supplyCurve, supplyGenesis } from '@stannary/kernel';
import { atMost, exactly, measured } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { SCENES } from '../scenes/scenes.ts';
import type { Criterion, CriterionSetting } from './criterion-of-gate.ts';

const YEARS = 50;
/** Of a baseline's own grid: what halves within months has minted all long before. */
const STEPS_MAX = 55e6;
const MONTH_MS = 30 * 86_400_000;
const CAP_MOVED_BY = ['supply.cap', 'supply.streams', 'genesis.allocations'];

/** G14: no more is minted than was said. */
export const supplyCap: Criterion = {
  gate: 'G14',
  title: 'Supply keeps to its limits',
  share: 'economics',
  scenes: SCENES,
  checks: (setting) => [mintedInRuns(setting), eraLimit(setting), longRun(setting.economy)],
};

function mintedInRuns({ scenes }: CriterionSetting): GateCheck {
  const shares = [...scenes.values()].flatMap((one) => one.values('mintedOverCap'));
  return measured({
    id: 'minted',
    metric: 'most that any run ever minted, genesis included, over the cap',
    unit: 'of the cap',
    figure: exactly(Math.max(...shares), shares.length),
    line: atMost(1),
    how: `the most of ${shares.length} runs, under every shock`,
    movedBy: CAP_MOVED_BY,
  });
}

function eraLimit({ economy, scenes }: CriterionSetting): GateCheck {
  const shares = [...scenes.values()].flatMap((one) => one.values('eraOverCeiling'));
  const { ceiling } = economy.supply.limits;
  const kind = ceiling === null ? 'the economy has no ceiling' : ceiling.kind;
  return measured({
    id: 'era-ceiling',
    metric: 'most that any era minted, over the ceiling on an era',
    unit: 'of the ceiling',
    figure: exactly(Math.max(...shares), shares.length),
    line: atMost(1),
    how: `${kind}; every era of ${shares.length} runs`,
    movedBy: ['supply.ceiling', 'supply.streams'],
  });
}

/** Everything that the rules could mint: work without end, capacity without end, no ceiling in the way. */
function longRun({ supply, genesis, assumptions, grainsPerUnit }: Economy): GateCheck {
  const most = 10n ** 15n;
  const rules = { ...supply, limits: { ...supply.limits, ceiling: null } };
  const held = genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n);
  const facts = {
    bondedGrains: held / 2n,
    networkPower: 10n ** 15n,
    burnedGrains: 0n,
    workPaidGrains: most,
    feesGrains: most,
    nonRecoverableTakeGrains: most / 10n,
    tokenPriceMicrograins: BigInt(assumptions.tokenPriceMicrograins),
  };
  const years = Math.min(YEARS, ...gridsOf(supply.streams).map((seconds) => (STEPS_MAX * seconds) / (365 * 86_400)));
  const spans = Math.round((years * 365) / 30);
  const curve = supplyCurve(rules, supplyGenesis(rules, held), { spanMs: MONTH_MS, spans }, (_, era) => ({
    ...facts,
    era,
  }));
  const minted = curve.at(-1)!.mintedGrains;
  return measured({
    id: 'long-run',
    metric: `minted after ${Number(years.toFixed(1))} years of more work than the rules could ever reward, over the cap`,
    unit: 'of the cap',
    figure: exactly(Number(minted) / Number(BigInt(supply.limits.capGrains)), spans),
    line: atMost(1),
    how: `the kernel’s supply curve, month by month, without the ceiling on an era: ${minted / BigInt(grainsPerUnit)} tokens`,
    movedBy: CAP_MOVED_BY,
  });
}

/** Seconds of every baseline's grid, however its rule is wrapped. */
function gridsOf(rules: object): number[] {
  return Object.entries(rules).flatMap(([name, value]) => {
    if (name === 'stepSeconds') return [Number(value)];
    return typeof value === 'object' && value !== null ? gridsOf(value) : [];
  });
}
