import type { Economy, OffenceName } from '../economy.ts';
import { addExact, mulDivDown } from '../numbers/exact.ts';
import type { Epoch, Grains } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { commonCauseSlashPpb } from '../security/liveness.ts';
import {
  divideSlash,
  limitSlashes,
  type SlashDestinations,
  slashGrains,
  spanSlashPpb,
  windowCorrelationPpb,
} from '../security/slash.ts';
import type { DeferredSlash, NodeState, SlashingState, SlashReason } from './epoch.ts';
import { hasLeft, type Roster } from './roster.ts';
import { cellAt } from './table.ts';

const MILLION = 1_000_000;
const PPB_PER_PPM = 1_000;
const OFFLINE: OffenceName = 'offline';

export const NOTHING_SLASHED: SlashingState = { slashed: [], spans: [], deferred: [] };

/** What one fault's slash comes to in this epoch: granted + deferred = wanted, and the destinations sum to what is granted. */
export interface SlashResult extends SlashDestinations {
  readonly fault: DeferredSlash['fault'];
  /** It waited from an earlier epoch. */
  readonly isDeferred: boolean;
  readonly grantedGrains: Grains;
  readonly deferredGrains: Grains;
  readonly reason: SlashReason | null;
  readonly sharePpb: number;
  readonly correlationPpb: number;
}

interface Convicted {
  readonly fault: DeferredSlash['fault'];
  readonly node: NodeState;
}

type Span = SlashingState['spans'][number];

interface Wanted extends Pick<SlashResult, 'fault' | 'isDeferred' | 'reason' | 'sharePpb' | 'correlationPpb'> {
  readonly className: string;
  readonly grains: Grains;
}

/**
 * What the final faults of an epoch cost in bonds. All of them are known before the first is weighed, so that what happens
 * together counts together. A fault costs the larger of its offence's share and of what the others' bonds that offended
 * in the window make due, at most the offence's ceiling, of the bond at the proposal that began the node's span, less what
 * the span was charged. Being offline costs what the common-cause rule says of the nodes of the class that were offline in the
 * window, and makes nothing dearer: an outage is no conspiracy. A class's limit grants the epoch's slashes in proportion; what it does not grant waits, with its fault.
 */
export class SlashBook {
  readonly #economy: Economy;
  readonly #epoch: Epoch;
  readonly #roster: Roster;
  readonly #before: SlashingState;
  readonly #convicted: Convicted[] = [];

  constructor(economy: Economy, epoch: Epoch, roster: Roster, before: SlashingState) {
    this.#economy = economy;
    this.#epoch = epoch;
    this.#roster = roster;
    this.#before = before;
  }

  /** A live fault became final. In order of faultId. */
  convict(fault: DeferredSlash['fault'], node: NodeState): void {
    if (fault.terms.slashPpm > 0) this.#convicted.push({ fault, node });
  }

  /** Weighs, limits and divides. Deferred slashes of earlier epochs take part as they are. */
  finish(): { readonly results: readonly SlashResult[]; readonly state: SlashingState } {
    const { correlation, slashLimit } = this.#economy;
    const recentSpans = this.#before.spans.filter(({ startEpoch }) => this.#isRecent(startEpoch, correlation));
    const slashed = this.#before.slashed.filter(({ epoch }) => this.#isRecent(epoch, slashLimit));
    if (this.#convicted.length === 0 && this.#before.deferred.length === 0) {
      return { results: [], state: { slashed, spans: recentSpans, deferred: [] } };
    }
    const spans = new Map(recentSpans.map((span) => [span.nodeId, span]));
    for (const { fault, node } of this.#convicted) {
      spans.set(node.nodeId, withOffence(spans.get(node.nodeId) ?? this.#newSpan(fault, node), fault.offence));
    }
    const bonds = this.#classBonds(spans);
    const wanted: Wanted[] = this.#before.deferred.map((one) => ({
      ...one,
      isDeferred: true,
      grains: one.slashGrains,
      reason: null,
      sharePpb: 0,
      correlationPpb: 0,
    }));
    for (const one of this.#convicted) wanted.push(this.#weigh(one, spans, bonds));
    const results = this.#limit(wanted, slashed, bonds);
    return { results, state: this.#after(wanted, results, slashed, spans) };
  }

  #isRecent(epoch: number, { windowEpochs }: { readonly windowEpochs: number }): boolean {
    return epoch > this.#epoch - windowEpochs;
  }

  #newSpan({ bondGrains }: Convicted['fault'], { nodeId, className }: NodeState): Span {
    return { nodeId, className, startEpoch: this.#epoch, bondGrains, offences: [], chargedPpb: 0 };
  }

  /** Offenders count with the bond that they had: what the chain holds for their slashes is the class's still. */
  #classBonds(spans: ReadonlyMap<string, Span>): ReadonlyMap<string, Grains> {
    const bonds = new Map<string, Grains>();
    const { length, columns } = this.#roster.nodes;
    for (let node = 0; node < length; node += 1) {
      const className = cellAt(columns.className, node);
      const bond = Math.max(cellAt(columns.bondGrains, node), spans.get(cellAt(columns.nodeId, node))?.bondGrains ?? 0);
      bonds.set(className, addExact(bonds.get(className) ?? 0, bond) as Grains);
    }
    return bonds;
  }

  #weigh({ fault, node }: Convicted, spans: Map<string, Span>, bonds: ReadonlyMap<string, Grains>): Wanted {
    const span = spans.get(node.nodeId)!;
    const ofClass = [...spans.values()].filter((one) => one.className === node.className);
    const isOffline = fault.offence === OFFLINE;
    const others = ofClass.filter((one) => one.nodeId !== node.nodeId && one.offences.some((name) => name !== OFFLINE));
    const correlationPpb = isOffline ? 0 : this.#correlation(others, bonds.get(node.className)!);
    const base = isOffline ? this.#absence(ofClass, node.className) : fault.terms.slashPpm * PPB_PER_PPM;
    const ceiling = fault.terms.ceilingPpm * PPB_PER_PPM;
    const sharePpb = Math.min(Math.max(base, correlationPpb), ceiling);
    const further = spanSlashPpb('maximum', span.chargedPpb, sharePpb);
    spans.set(node.nodeId, { ...span, chargedPpb: span.chargedPpb + further });
    // The bond may have shrunk between the span's beginning and the proposal; a slash takes no more than there was.
    const grains = Math.min(slashGrains(span.bondGrains, further), fault.bondGrains) as Grains;
    const own = isOffline ? 'common-cause' : 'share';
    const ruled = sharePpb === base ? own : sharePpb === correlationPpb ? 'correlation' : 'ceiling';
    const reason = further < sharePpb ? 'span' : ruled;
    return { fault, className: node.className, isDeferred: false, grains, reason, sharePpb: further, correlationPpb };
  }

  /** By the nodes of the class that were offline in the window, of all that are there or were. */
  #absence(ofClass: readonly Span[], className: string): number {
    const absent = ofClass.filter(({ offences }) => offences.includes(OFFLINE)).length;
    const { length, columns } = this.#roster.nodes;
    let present = 0;
    for (let node = 0; node < length; node += 1) {
      if (cellAt(columns.className, node) === className && !hasLeft(this.#roster.at(node))) present += 1;
    }
    return commonCauseSlashPpb(this.#economy.liveness.commonCause, absent, Math.max(absent, present));
  }

  /** Of the bonds of the class: those of the other offenders, each once. Without bonds there is nothing to share. */
  #correlation(others: readonly Span[], classBondGrains: Grains): number {
    if (classBondGrains === 0) return 0;
    const entries = others.map(({ startEpoch, bondGrains }) => ({ epoch: startEpoch, slashedGrains: bondGrains }));
    return windowCorrelationPpb(this.#economy.correlation, entries, classBondGrains, this.#epoch);
  }

  #limit(
    wanted: readonly Wanted[],
    slashed: SlashingState['slashed'],
    bonds: ReadonlyMap<string, Grains>,
  ): readonly SlashResult[] {
    const granted = new Map<Wanted, Grains>();
    for (const [className, ofClass] of Map.groupBy(wanted, (one) => one.className)) {
      const entries = slashed.filter((one) => one.className === className);
      const grains = ofClass.map((one) => one.grains);
      const bond = bonds.get(className) ?? (0 as Grains);
      const { grantedGrains } = limitSlashes(this.#economy.slashLimit, entries, bond, this.#epoch, grains);
      ofClass.forEach((one, index) => {
        granted.set(one, grantedGrains[index]!);
      });
    }
    return wanted.map((one) => {
      const { fault, isDeferred, reason, sharePpb, correlationPpb, grains } = one;
      const grantedGrains = granted.get(one)!;
      const deferredGrains = (grains - grantedGrains) as Grains;
      const destinations = divideSlash(this.#economy.slash, grantedGrains, fault.challengeCostGrains);
      return {
        fault,
        isDeferred,
        grantedGrains,
        deferredGrains,
        reason,
        sharePpb,
        correlationPpb,
        ...destinations,
      };
    });
  }

  #after(
    wanted: readonly Wanted[],
    results: readonly SlashResult[],
    slashed: SlashingState['slashed'],
    spans: ReadonlyMap<string, Span>,
  ): SlashingState {
    const deferred = results.flatMap(({ fault, deferredGrains, challengerGrains }, index): DeferredSlash[] => {
      if (deferredGrains === 0) return [];
      const { className } = wanted[index]!;
      return [{ fault: this.#lessReward(fault, challengerGrains), className, slashGrains: deferredGrains }];
    });
    const ofEpoch = new Map<string, number>();
    results.forEach(({ grantedGrains }, index) => {
      if (grantedGrains === 0) return;
      const { className } = wanted[index]!;
      ofEpoch.set(className, addExact(ofEpoch.get(className) ?? 0, grantedGrains));
    });
    const added = [...ofEpoch].map(([className, grains]) => ({
      className,
      epoch: this.#epoch,
      slashedGrains: grains as Grains,
    }));
    return {
      slashed: [...slashed, ...added].sort((x, y) => compareText(x.className, y.className) || x.epoch - y.epoch),
      spans: [...spans.values()].sort((x, y) => compareText(x.nodeId, y.nodeId)),
      deferred: deferred.sort((x, y) => compareText(x.fault.faultId, y.fault.faultId)),
    };
  }

  /** The cap on the challenger's reward is one for all parts of a slash: what was given of it is given. */
  #lessReward(fault: DeferredSlash['fault'], challengerGrains: Grains): DeferredSlash['fault'] {
    const { challengerCapPpm } = this.#economy.slash;
    if (challengerGrains === 0 || challengerCapPpm === 0) return fault;
    const cap = mulDivDown(fault.challengeCostGrains, challengerCapPpm, MILLION);
    const left = mulDivDown(cap - challengerGrains, MILLION, challengerCapPpm);
    return { ...fault, challengeCostGrains: left as Grains };
  }
}

function withOffence(span: Span, offence: string): Span {
  return { ...span, offences: [...new Set([...span.offences, offence])].sort(compareText) };
}
