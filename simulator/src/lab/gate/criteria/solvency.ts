import { atLeast, exactly, measured, notShown, shareOf } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

/** Of claims, the mean of this worst part. */
const TAIL = 0.005;

/** G9: credits stay covered while the token falls, credits are redeemed and nodes are lost together. */
export const solvency: Criterion = {
  gate: 'G9',
  title: 'What is owed can be paid',
  share: 'economics',
  scenes: ['joint-stress'],
  checks: (setting) => [coverage(setting), insurance(setting)],
};

function coverage({ economy, scenes }: CriterionSetting): GateCheck {
  const { reserve, gate, assumptions } = economy;
  const least = scenes.get('joint-stress')!.values('coverageLeast');
  const line = gate.coveragePpmMin / MILLION;
  const kept = least.filter((value) => value >= line).length;
  const worst = least.length === 0 ? Number.NaN : Math.min(...least);
  return measured({
    id: 'coverage',
    metric: `paths on which coverage never falls below ${line}`,
    unit: 'of paths',
    figure: least.length === 0 ? exactly(Number.NaN, 0) : shareOf(kept, least.length),
    line: atLeast(gate.coveragePathsPpmMin / MILLION),
    how: `the economy declares a reserve of kind ${reserve.kind}; token −${assumptions.tokenFallPpm / 10_000} % in 24 h, 20 % of nodes lost, 30 % of credits redeemed, together; least coverage of all paths ${worst.toFixed(4)}`,
    movedBy:
      reserve.kind === 'mixed'
        ? ['reserve.stableShare', 'assumptions.coverage', 'reserve.haircut']
        : ['reserve.spread'],
  });
}

function insurance({ economy, scenes }: CriterionSetting): GateCheck {
  const results = scenes.get('joint-stress')!;
  const check = {
    id: 'insurance',
    metric: 'insurance pool at the stress, over the worst half per cent of claims on it',
    unit: 'credits',
    line: atLeast(0),
    movedBy: ['take.insurance', 'reserved.credits', 'classes.*.bond.revenue.exposure'],
  };
  const pools = results.values('insurancePoolGrains');
  if (pools.length === 0) {
    return notShown(
      check,
      'the first take is free only after the holdback, which is more epochs than so many paths may have: measure it on longer epochs',
    );
  }
  const claims = results.values('insuranceClaimsGrains').toSorted((a, b) => b - a);
  const tail = claims.slice(0, Math.max(1, Math.round(TAIL * claims.length)));
  const shortfall = tail.reduce((sum, one) => sum + one, 0) / Math.max(1, tail.length) / economy.grainsPerUnit;
  const pool = Math.min(...pools) / economy.grainsPerUnit;
  return measured({
    ...check,
    figure: exactly(pool - shortfall, claims.length),
    how: `pool ${pool.toFixed(0)} of the take so far, expected shortfall ${shortfall.toFixed(0)}: service credits and penalties of the lost nodes that their bonds, at the fallen token, do not pay`,
  });
}
