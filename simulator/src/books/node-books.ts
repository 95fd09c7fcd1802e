import {
  addCoverage,
  bandedWork,
  chargeColumns,
  coverColumns,
  type Economy,
  rewardColumns,
  type SettlementColumns,
  settlementColumns,
} from '@stannary/kernel';
import { SimulationRefusal } from '../refusal.ts';
import { type ClassRange, type Frame, frameOf, turningColumns } from './layout.ts';
import type { ResourceMarkets } from './resource-markets.ts';
import { VestingColumns, type VestingState } from './vesting-columns.ts';

/** What an epoch's charges come to, grains. charged = earned + burn + insurance + treasury. */
export interface ChargeSums {
  readonly chargedGrains: number;
  readonly earnedGrains: number;
  readonly burnGrains: number;
  readonly insuranceGrains: number;
  readonly treasuryGrains: number;
}

/** What an epoch moved in the nodes' books, grains. */
export interface RewardSums {
  readonly earnedTokens: number;
  readonly vestedCredits: number;
  /** Past the holdback; paid is what the vesting schedule lets go. */
  readonly vestedTokens: number;
  readonly paidTokens: number;
}

/** What each node's work is charged, and how that is divided. NCU·ms and grains, by node. */
export type NodeCharges = Pick<
  SettlementColumns['lines'],
  'ncuMs' | 'charge' | 'earned' | 'burn' | 'insurance' | 'treasury'
>;

/** What each class divides of an epoch's emission, grains. */
export interface ClassEmission {
  readonly work: readonly number[];
  /** null where nothing is minted for being there. */
  readonly coverage: readonly number[] | null;
}

/** What pays for being there: the capacity that stands, NCU·ms, and what it earned, grains. By node. */
interface CoverageColumns {
  readonly capacityNcuMs: Float64Array;
  readonly grains: Float64Array;
}

/** All that the books remember; survives a structured clone. */
export interface NodeBooksState {
  readonly isOdd: boolean;
  readonly openCredits: Float64Array;
  readonly openTokens: Float64Array;
  /** By era modulo the slots, then node. */
  readonly holdbackCredits: Float64Array;
  readonly holdbackTokens: Float64Array;
  readonly bond: Float64Array;
  readonly frozen: Uint8Array;
  readonly vesting: VestingState | null;
}

/**
 * Every node's amounts, as columns that are used again each epoch: what it charges, earns, holds back, vests. The
 * arithmetic is the kernel's `chargeColumns`, `coverColumns` and `rewardColumns`; what is added here is where unvested
 * amounts wait: one slot an era, emptied when its era's holdback ends. Sums are asserted in every epoch.
 */
export class NodeBooks {
  readonly nodes: number;
  readonly #economy: Economy;
  readonly #ranges: readonly ClassRange[];
  #frames: readonly [Frame, Frame];
  readonly #slots: number;
  readonly #holdbackCredits: Float64Array;
  readonly #holdbackTokens: Float64Array;
  readonly vesting: VestingColumns | null;
  /** null where the economy mints for work alone. */
  readonly #coverage: CoverageColumns | null;
  #isOdd = false;
  #price = -1;
  /** Sums of all nodes' unvested amounts. */
  openCreditsTotal = 0;
  openTokensTotal = 0;

  /** All of a node's lines together; its one line itself where there is one price. `ncuMs` is filled by the caller. */
  readonly charges: NodeCharges;
  readonly #markets: ResourceMarkets | null;

  constructor(
    economy: Economy,
    ranges: readonly ClassRange[],
    nodes: number,
    operators: number,
    markets: ResourceMarkets | null = null,
  ) {
    this.nodes = nodes;
    this.#economy = economy;
    this.#ranges = ranges;
    this.#markets = markets;
    const [even, odd] = turningColumns(ranges, nodes, operators, markets?.linesPerNode ?? 1);
    this.charges = markets === null ? even.lines : settlementColumns(nodes, 0, 0, 0).lines;
    const ends = ranges.map(({ to }) => to);
    this.#frames = [frameOf(even, ranges, ends), frameOf(odd, ranges, ends)];
    this.#slots = Math.max(2, economy.cadence.holdbackEras + 1);
    this.#holdbackCredits = new Float64Array(this.#slots * nodes);
    this.#holdbackTokens = new Float64Array(this.#slots * nodes);
    this.vesting = economy.vesting.schedule === null ? null : new VestingColumns(economy, nodes);
    const column = () => new Float64Array(nodes);
    this.#coverage = paysCoverage(economy) ? { capacityNcuMs: column(), grains: column() } : null;
  }

  /** To be filled before `reward`: capacity in good standing, NCU·ms by node; null where it earns nothing. */
  get standingNcuMs(): Float64Array | null {
    return this.#coverage?.capacityNcuMs ?? null;
  }

  /** The columns of this epoch. Work (`charges.ncuMs`) is filled by the caller before `charge`. */
  get columns(): SettlementColumns {
    return this.#frames[this.#isOdd ? 1 : 0].columns;
  }

  /** By class: one past the last node that ever entered. What lies behind is not looked at. */
  setEnds(ends: readonly number[]): void {
    const [even, odd] = this.#frames;
    this.#frames = [frameOf(even.columns, this.#ranges, ends), frameOf(odd.columns, this.#ranges, ends)];
  }

  /** Rates all lines at the epoch's price. */
  charge(priceMicrograinsPerNcuS: number): ChargeSums {
    const { columns, byClass } = this.#frames[this.#isOdd ? 1 : 0];
    if (this.#markets !== null) this.#divide(this.#markets, priceMicrograinsPerNcuS);
    else if (this.#price !== priceMicrograinsPerNcuS) columns.lines.price.fill(priceMicrograinsPerNcuS);
    this.#price = priceMicrograinsPerNcuS;
    const sums = { chargedGrains: 0, earnedGrains: 0, burnGrains: 0, insuranceGrains: 0, treasuryGrains: 0 };
    for (const view of byClass) {
      chargeColumns(this.#economy.take, view);
      addLines(sums, view.lines);
    }
    if (this.#markets !== null) this.#gather(this.#markets);
    const { chargedGrains, earnedGrains, burnGrains, insuranceGrains, treasuryGrains } = sums;
    assertSum('charges', chargedGrains, earnedGrains + burnGrains + insuranceGrains + treasuryGrains);
    return sums;
  }

  /** Where a class has bands, what its work counts, by the band that each node stands in. */
  count(band: Uint8Array): void {
    const { nodes } = this.columns;
    const { ncuMs: charged } = this.charges;
    if (nodes.work === charged) return;
    for (const { rule, from, to } of this.#ranges) {
      for (let node = from; node < to; node += 1) {
        const ncuMs = charged[node]!;
        nodes.work[node] = rule.bands === null ? ncuMs : bandedWork(rule.bands, band[node]!, ncuMs as never);
      }
    }
  }

  /** What each class's work came to, as it counts, NCU·ms. */
  workByClass(): number[] {
    return this.#sumByClass(this.columns.nodes.work);
  }

  /** Each class's capacity in good standing, NCU·ms. */
  standingByClass(): number[] {
    return this.#coverage === null ? this.#ranges.map(() => 0) : this.#sumByClass(this.#coverage.capacityNcuMs);
  }

  /** Divides each class's emission by its curve, vests what is due, and turns the frame. */
  reward(emission: ClassEmission, epoch: number, joined: Int32Array): RewardSums {
    const frame = this.#frames[this.#isOdd ? 1 : 0];
    const dueEras = this.#dueEras(epoch);
    for (const era of dueEras) this.#makeDue(frame.columns.nodes, era);
    this.#ranges.forEach((range, index) => {
      this.#rewardClass(range, frame.byClass[index]!, emission.work[index]!, emission.coverage?.[index] ?? 0);
    });
    const slot = this.#slotOf(eraOf(this.#economy, epoch));
    const sums = this.#roll(frame, slot);
    if (dueEras.length > 0) {
      frame.columns.nodes.dueCredits.fill(0);
      frame.columns.nodes.dueTokens.fill(0);
    }
    this.#isOdd = !this.#isOdd;
    const endsEra = (epoch + 1) % this.#economy.cadence.epochsPerEra === 0;
    const { vestedTokens, bond, frozen } = frame.columns.nodes;
    const paidTokens =
      this.vesting === null
        ? sums.vestedTokens
        : endsEra || sums.vestedTokens > 0
          ? this.vesting.release({ vestedTokens, bond, frozen, joined }, epoch)
          : 0;
    return { ...sums, paidTokens };
  }

  /** By class and part: the work of the lines as they were charged, NCU·ms. */
  usedByPart({ parts, linesPerNode }: ResourceMarkets): number[][] {
    const { ncuMs } = this.columns.lines;
    return this.#ranges.map(({ from, to }, classIndex) =>
      parts[classIndex]!.map((_, part) => {
        let used = 0;
        for (let node = from; node < to; node += 1) used += ncuMs[node * linesPerNode + part]!;
        return used;
      }),
    );
  }

  /** Each node's work as lines, one a price, in the proportions that its class was asked for; the last takes what is left. */
  #divide(markets: ResourceMarkets, commonPrice: number): void {
    const { lines } = this.columns;
    const { linesPerNode } = markets;
    this.#ranges.forEach(({ from, to }, classIndex) => {
      const mix = markets.mix(classIndex, commonPrice);
      for (let node = from; node < to; node += 1) {
        let left = this.charges.ncuMs[node]!;
        mix.forEach(({ share, price }, part) => {
          const isLast = part === mix.length - 1;
          const own = isLast ? left : Math.min(left, Math.floor(this.charges.ncuMs[node]! * share));
          lines.ncuMs[node * linesPerNode + part] = own;
          lines.price[node * linesPerNode + part] = price;
          left -= own;
        });
      }
    });
  }

  #gather({ linesPerNode }: ResourceMarkets): void {
    const { lines } = this.columns;
    for (const name of ['charge', 'earned', 'burn', 'insurance', 'treasury'] as const) {
      const sums = this.charges[name];
      sums.fill(0);
      lines[name].forEach((grains, line) => {
        sums[Math.floor(line / linesPerNode)]! += grains;
      });
    }
  }

  /** For being there first, as the settlement does it. */
  #rewardClass({ rule, from }: ClassRange, view: SettlementColumns, workGrains: number, coverageGrains: number): void {
    const to = from + view.nodes.work.length;
    const coverage = coverageGrains === 0 ? undefined : this.#coverage?.grains.subarray(from, to);
    if (coverage !== undefined) {
      view.classes.emission[0] = coverageGrains;
      coverColumns([rule], view, this.#coverage!.capacityNcuMs.subarray(from, to), coverage);
    }
    view.classes.emission[0] = workGrains;
    rewardColumns([rule], view);
    if (coverage !== undefined) addCoverage(view, coverage);
  }

  #sumByClass(column: Float64Array): number[] {
    return this.#ranges.map(({ from, to }) => {
      let sum = 0;
      for (let node = from; node < to; node += 1) sum += column[node]!;
      return sum;
    });
  }

  /** A node's amounts in the slot of an era: until it vests, what the node has earned in it. */
  heldBack(era: number, node: number): { readonly credits: number; readonly tokens: number } {
    const at = this.#slotOf(era) + node;
    return { credits: this.#holdbackCredits[at]!, tokens: this.#holdbackTokens[at]! };
  }

  /** The slot of an era as columns; what is written there moves no sum. */
  slotOfEra(era: number): { readonly credits: Float64Array; readonly tokens: Float64Array } {
    const from = this.#slotOf(era);
    return {
      credits: this.#holdbackCredits.subarray(from, from + this.nodes),
      tokens: this.#holdbackTokens.subarray(from, from + this.nodes),
    };
  }

  /** Takes all that a node holds back out of the slots, so that it does not vest; it stays among its unvested amounts. */
  freeze(node: number): { credits: number; tokens: number } {
    let credits = 0;
    let tokens = 0;
    for (let at = node; at < this.#holdbackCredits.length; at += this.nodes) {
      credits += this.#holdbackCredits[at]!;
      tokens += this.#holdbackTokens[at]!;
      this.#holdbackCredits[at] = 0;
      this.#holdbackTokens[at] = 0;
    }
    this.columns.nodes.frozen[node] = 1;
    return { credits, tokens };
  }

  /** What a frozen node has just earned leaves the slot of the era. */
  takeEarned(node: number, epoch: number): { readonly credits: number; readonly tokens: number } {
    const at = this.#slotOf(eraOf(this.#economy, epoch)) + node;
    const { earnedCredits, earnedTokens } = this.columns.nodes;
    const taken = { credits: earnedCredits[node]!, tokens: earnedTokens[node]! };
    this.#holdbackCredits[at]! -= taken.credits;
    this.#holdbackTokens[at]! -= taken.tokens;
    return taken;
  }

  /** Unvested amounts leave a node's books for good: to consumers, insurance or the carried emission. */
  void(node: number, credits: number, tokens: number): void {
    const { openCredits, openTokens } = this.columns.nodes;
    if (openCredits[node]! < credits || openTokens[node]! < tokens)
      throw new Error(`node ${node} lacks what is voided`);
    openCredits[node]! -= credits;
    openTokens[node]! -= tokens;
    this.openCreditsTotal -= credits;
    this.openTokensTotal -= tokens;
  }

  get state(): NodeBooksState {
    const { openCredits, openTokens, bond, frozen } = this.columns.nodes;
    return {
      isOdd: this.#isOdd,
      openCredits,
      openTokens,
      holdbackCredits: this.#holdbackCredits,
      holdbackTokens: this.#holdbackTokens,
      bond,
      frozen,
      vesting: this.vesting?.state ?? null,
    };
  }

  restore(state: NodeBooksState): void {
    this.#isOdd = state.isOdd;
    const { openCredits, openTokens, bond, frozen } = this.columns.nodes;
    this.charges.ncuMs.fill(0);
    openCredits.set(state.openCredits);
    openTokens.set(state.openTokens);
    bond.set(state.bond);
    frozen.set(state.frozen);
    this.#holdbackCredits.set(state.holdbackCredits);
    this.#holdbackTokens.set(state.holdbackTokens);
    if (state.vesting !== null) this.vesting!.restore(state.vesting);
    this.openCreditsTotal = sumOf(openCredits);
    this.openTokensTotal = sumOf(openTokens);
  }

  /** Eras that vest with this epoch. Without a holdback, what an era's last epoch earns vests one epoch later. */
  #dueEras(epoch: number): readonly number[] {
    const { epochsPerEra, holdbackEras } = this.#economy.cadence;
    const era = Math.floor(epoch / epochsPerEra);
    const endsEra = (epoch + 1) % epochsPerEra === 0;
    const due = endsEra ? [era - holdbackEras] : [];
    if (holdbackEras === 0) due.push(era - 1);
    return due.filter((one) => one >= 0);
  }

  #makeDue({ dueCredits, dueTokens }: SettlementColumns['nodes'], era: number): void {
    const from = this.#slotOf(era);
    for (let node = 0; node < this.nodes; node += 1) {
      dueCredits[node]! += this.#holdbackCredits[from + node]!;
      dueTokens[node]! += this.#holdbackTokens[from + node]!;
    }
    this.#holdbackCredits.fill(0, from, from + this.nodes);
    this.#holdbackTokens.fill(0, from, from + this.nodes);
  }

  /** Adds the epoch's earnings to their era's slot and proves that nothing was lost. */
  #roll({ byClass }: Frame, slot: number): Omit<RewardSums, 'paidTokens'> {
    const sums = {
      earnedCredits: 0,
      earnedTokens: 0,
      vestedCredits: 0,
      vestedTokens: 0,
      openCredits: 0,
      openTokens: 0,
    };
    this.#ranges.forEach(({ from }, index) => {
      const { nodes } = byClass[index]!;
      rollColumns(sums, nodes, this.#holdbackCredits, this.#holdbackTokens, slot + from);
    });
    const { earnedCredits, earnedTokens, vestedCredits, vestedTokens, openCredits, openTokens } = sums;
    assertSum('credits', this.openCreditsTotal + earnedCredits, openCredits + vestedCredits);
    assertSum('tokens', this.openTokensTotal + earnedTokens, openTokens + vestedTokens);
    this.openCreditsTotal = openCredits;
    this.openTokensTotal = openTokens;
    return { earnedTokens, vestedCredits, vestedTokens };
  }

  #slotOf(era: number): number {
    return (era % this.#slots) * this.nodes;
  }
}

/** Whether what work does not earn of the emission may be for being there. */
export function paysCoverage({ supply }: Economy): boolean {
  return supply.streams.some(({ rule }) => rule.kind === 'work-capped' && rule.rest === 'coverage');
}

/**
 * A sum of terms >= 0 that ends below 2^53 was exact all along; past it the books are refused, not rounded.
 * @throws SimulationRefusal SIMULATION-SIZE; an Error for a difference, which is a bug and not anybody's input
 */
export function assertSum(what: string, before: number, after: number): void {
  const most = Number.MAX_SAFE_INTEGER;
  if (before === after && after <= most) return;
  if (Math.max(before, after) > most) {
    throw new SimulationRefusal('SIMULATION-SIZE', what, `at most ${most} grains in all`, Math.max(before, after));
  }
  throw new Error(`${what} of an epoch are not conserved: ${before} before, ${after} after`);
}

function eraOf({ cadence }: Economy, epoch: number): number {
  return Math.floor(epoch / cadence.epochsPerEra);
}

/** Local sums, because a field of an object is a heap number of its own at each addition. */
function addLines(
  sums: { -readonly [Part in keyof ChargeSums]: number },
  { charge, earned, burn, insurance, treasury }: SettlementColumns['lines'],
): void {
  let charged = 0;
  let paid = 0;
  let burned = 0;
  let insured = 0;
  let rest = 0;
  for (let line = 0; line < charge.length; line += 1) {
    charged += charge[line]!;
    paid += earned[line]!;
    burned += burn[line]!;
    insured += insurance[line]!;
    rest += treasury[line]!;
  }
  sums.chargedGrains += charged;
  sums.earnedGrains += paid;
  sums.burnGrains += burned;
  sums.insuranceGrains += insured;
  sums.treasuryGrains += rest;
}

interface RollSums {
  earnedCredits: number;
  earnedTokens: number;
  vestedCredits: number;
  vestedTokens: number;
  openCredits: number;
  openTokens: number;
}

function rollColumns(
  sums: RollSums,
  columns: SettlementColumns['nodes'],
  holdbackCredits: Float64Array,
  holdbackTokens: Float64Array,
  from: number,
): void {
  const { earnedCredits, earnedTokens, vestedCredits, vestedTokens, openCreditsAfter, openTokensAfter } = columns;
  let earnedC = 0;
  let earnedT = 0;
  let vestedC = 0;
  let vestedT = 0;
  let openC = 0;
  let openT = 0;
  for (let node = 0; node < earnedCredits.length; node += 1) {
    const credits = earnedCredits[node]!;
    const tokens = earnedTokens[node]!;
    holdbackCredits[from + node]! += credits;
    holdbackTokens[from + node]! += tokens;
    earnedC += credits;
    earnedT += tokens;
    vestedC += vestedCredits[node]!;
    vestedT += vestedTokens[node]!;
    openC += openCreditsAfter[node]!;
    openT += openTokensAfter[node]!;
  }
  sums.earnedCredits += earnedC;
  sums.earnedTokens += earnedT;
  sums.vestedCredits += vestedC;
  sums.vestedTokens += vestedT;
  sums.openCredits += openC;
  sums.openTokens += openT;
}

function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < column.length; at += 1) sum += column[at]!;
  return sum;
}
