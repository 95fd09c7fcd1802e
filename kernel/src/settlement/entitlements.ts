import type { Economy } from '../economy.ts';
import { type Coverage, drawGrant, drawSubscription, subscriptionPeriod } from '../market/entitlement.ts';
import { splitTake } from '../market/rating.ts';
import { addExact, isAmount, mulDivUp } from '../numbers/exact.ts';
import {
  type Epoch,
  type Grains,
  type MicrograinsPerNcuS,
  NCU_MS_MICROGRAINS_PER_GRAIN,
  type NcuMs,
} from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { Covered, Entitlement, EntitlementTerms, UsageLine } from './epoch.ts';
import type { SettlementColumns } from './settle-columns.ts';

const MILLION = 1_000_000;

/**
 * What projects and subscriptions pay for. Lines draw in canonical order, each in its own epoch: from the grant, or from
 * the subscription's period of that epoch. What is not covered is overage: at spot past a grant, at the economy's
 * multiple of spot past a subscription.
 */
export class EntitlementBook {
  readonly #overagePpm: number;
  readonly #byId: ReadonlyMap<string, { readonly terms: EntitlementTerms; readonly drawn: Map<number, number> }>;

  /** @throws KernelRefusal KERNEL-GRANT-DUPLICATE, KERNEL-AMOUNT */
  constructor(economy: Economy, standing: readonly Entitlement[], added: readonly EntitlementTerms[]) {
    this.#overagePpm = economy.models.subscription.overagePpm;
    added.forEach(checkTerms);
    const all: readonly Entitlement[] = [...standing, ...added.map((terms) => ({ ...terms, drawn: [] }))];
    this.#byId = new Map(
      all.map(({ drawn, ...terms }) => {
        const byPeriod = new Map(drawn.map(({ period, ncuMs }) => [period, ncuMs as number]));
        return [terms.grantId, { terms, drawn: byPeriod }];
      }),
    );
    if (this.#byId.size === all.length) return;
    const ids = all.map(({ grantId }) => grantId).sort(compareText);
    throw refuse(
      'KERNEL-GRANT-DUPLICATE',
      'entitlements',
      'each grant once',
      ids.find((id, at) => id === ids[at + 1]),
    );
  }

  /** How a line's work is paid for. @throws KernelRefusal KERNEL-GRANT-UNKNOWN, KERNEL-RANGE */
  draw(line: UsageLine, grantId: string, work: NcuMs, spot: MicrograinsPerNcuS): Covered {
    const known = this.#byId.get(grantId);
    if (known === undefined || !known.terms.consumers.includes(line.consumer)) {
      throw refuse('KERNEL-GRANT-UNKNOWN', `usage.${line.leaseId}`, `an entitlement of ${line.consumer}`, grantId);
    }
    const { terms, drawn } = known;
    const period = periodOf(terms, line.epoch);
    const before = (drawn.get(period) ?? 0) as NcuMs;
    const { coveredNcuMs, overageNcuMs } = coverage(terms, before, line.epoch, work);
    if (coveredNcuMs > 0) drawn.set(period, addExact(before, coveredNcuMs));
    const overagePpm = terms.terms.kind === 'subscription' ? this.#overagePpm : MILLION;
    return {
      grantId,
      coveredNcuMs,
      coveredMicrograinsPerNcuS: terms.priceMicrograinsPerNcuS,
      overageNcuMs,
      overageMicrograinsPerNcuS: mulDivUp(spot, overagePpm, MILLION) as MicrograinsPerNcuS,
    };
  }

  /** What usage from an epoch on may still name, sorted. */
  from(oldest: number): readonly Entitlement[] {
    return [...this.#byId.values()]
      .filter(({ terms }) => terms.terms.untilEpoch >= oldest)
      .map(({ terms, drawn }) => ({
        ...terms,
        drawn: [...drawn]
          .filter(([period]) => period >= periodOf(terms, oldest as Epoch))
          .map(([period, ncuMs]) => ({ period, ncuMs: ncuMs as NcuMs }))
          .sort((x, y) => x.period - y.period),
      }))
      .sort((x, y) => compareText(x.grantId, y.grantId));
  }
}

/** Charges the lines that draw on an entitlement, which `chargeColumns` took for work of nothing. */
export function chargeCovered(
  economy: Economy,
  covered: ReadonlyMap<number, Covered>,
  { lines, nodes }: SettlementColumns,
): void {
  for (const [line, one] of covered) {
    const charge = coveredCharge(one);
    const { earnedGrains, burnGrains, insuranceGrains, treasuryGrains } = splitTake(economy, charge);
    lines.charge[line] = charge;
    lines.earned[line] = earnedGrains;
    lines.burn[line] = burnGrains;
    lines.insurance[line] = insuranceGrains;
    lines.treasury[line] = treasuryGrains;
    const node = lines.node[line]!;
    nodes.earnedCredits[node] = addExact(nodes.earnedCredits[node]!, earnedGrains);
  }
}

/** up(covered * its price + overage * the other), rounded once; a node's work is at most 10^9, so it fits like a price. */
function coveredCharge(one: Covered): Grains {
  const product =
    BigInt(one.coveredNcuMs) * BigInt(one.coveredMicrograinsPerNcuS) +
    BigInt(one.overageNcuMs) * BigInt(one.overageMicrograinsPerNcuS);
  const divisor = BigInt(NCU_MS_MICROGRAINS_PER_GRAIN);
  return Number((product + divisor - 1n) / divisor) as Grains;
}

function coverage({ terms }: EntitlementTerms, drawn: NcuMs, epoch: Epoch, work: NcuMs): Coverage {
  if (terms.kind === 'project') return drawGrant(terms, drawn, epoch, work);
  const stands = terms.fromEpoch <= epoch && epoch <= terms.untilEpoch;
  return stands
    ? drawSubscription(terms, drawn, work)
    : { coveredNcuMs: 0 as NcuMs, overageNcuMs: work, leftNcuMs: 0 as NcuMs };
}

function periodOf({ terms }: EntitlementTerms, epoch: Epoch): number {
  return terms.kind === 'project' ? 0 : subscriptionPeriod(terms, terms.fromEpoch, epoch);
}

function checkTerms({ grantId, terms, priceMicrograinsPerNcuS }: EntitlementTerms): void {
  const work = terms.kind === 'project' ? terms.grantedNcuMs : terms.includedNcuMs;
  const period = terms.kind === 'project' ? 1 : terms.periodEpochs;
  const amounts: readonly number[] = [work, terms.fromEpoch, terms.untilEpoch, priceMicrograinsPerNcuS, period - 1];
  if (amounts.every((amount) => isAmount(amount))) return;
  throw refuse(
    'KERNEL-AMOUNT',
    `entitlements.${grantId}`,
    'integers from 0, a period of 1 or more',
    amounts.join(', '),
  );
}

function refuse(code: KernelRefusal['code'], where: string, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, where, expected, got);
}
