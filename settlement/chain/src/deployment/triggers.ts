import type { Hex } from 'viem';
import { parameterName } from '../economy-parameters.ts';
import { type At, CONSERVATION, COVERAGE, FALSE_SLASHES } from './blueprints.ts';
import type { NetworkSettings } from './settings.ts';

/** `IRollbackTriggers.Trigger`. */
export interface Trigger {
  readonly source: Hex;
  readonly figure: Hex;
  readonly crossing: number;
  readonly line: bigint;
  readonly ageSecondsMax: number;
  readonly restSeconds: number;
  readonly action: number;
  readonly tightened: readonly Hex[];
}

const CROSSING = { below: 0, above: 1, notEqual: 2 } as const;
const ACTION = { rollback: 0, tighten: 1 } as const;
/** Credits that are covered by less than their whole: something has gone wrong with the asset or the contract. */
const COVERAGE_PPM_MIN = 1_000_000n;
/** Of final slashes, those that turned out to be of honest nodes. One in a thousand is the launch gate's line as well. */
const FALSE_SLASHES_PPM_MAX = 1_000n;

/** What may be done at once, without a vote, by whoever notices; only what the economy has parameters for. */
export function triggersOf(at: At, { institutions }: NetworkSettings): { name: Hex; trigger: Trigger }[] {
  if (institutions === null) return [];
  const { registry, figures } = institutions;
  const known = new Set(registry.rows.map(({ name }) => name));
  const parameters = (...paths: string[]) => paths.map(parameterName).filter((name) => known.has(name));
  const rest = { ageSecondsMax: figures.ageSecondsMax, restSeconds: registry.rows[0]?.delaySeconds ?? 0 };
  const attested = { source: at.attestedFigures, ...rest };
  const all = [
    {
      name: COVERAGE,
      trigger: tightening(parameters('reserve.spread', 'reserve.throttle.waitMin'), {
        ...{ source: at.contractFigures, ...rest },
        ...{ figure: COVERAGE, crossing: CROSSING.below, line: COVERAGE_PPM_MIN },
      }),
    },
    {
      name: FALSE_SLASHES,
      trigger: tightening(parameters('slashLimit.ceiling'), {
        ...attested,
        ...{ figure: FALSE_SLASHES, crossing: CROSSING.above, line: FALSE_SLASHES_PPM_MAX },
      }),
    },
    {
      name: CONSERVATION,
      trigger: {
        ...attested,
        ...{ figure: CONSERVATION, crossing: CROSSING.notEqual, line: 0n },
        ...{ action: ACTION.rollback, tightened: [] },
      },
    },
  ];
  return all.filter(({ trigger }) => trigger.action === ACTION.rollback || trigger.tightened.length > 0);
}

function tightening(tightened: readonly Hex[], given: Omit<Trigger, 'action' | 'tightened'>): Trigger {
  return { ...given, action: ACTION.tighten, tightened };
}
