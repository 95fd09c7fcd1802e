import {
  type ChargedWindow,
  type ChargeLine,
  type Economy,
  type EconomyState,
  type Epoch,
  type EpochInputs,
  type Grains,
  genesisState,
  isLastEpochOfEra,
  type NcuMs,
  type Settled,
  settleEpoch,
  type UsageLine,
  type Verdict,
} from '@stannary/kernel';
import type { Balance } from './accounts.ts';
import { claimPostings, depositPosting, escrowPosting, type Posting, releasePosting } from './postings.ts';
import { statementPostings } from './statement-postings.ts';

// A small network for the package's tests: the kernel settles its epochs, the books follow. Not exported by the package.

const LATE_EPOCHS = 1;

function economyOf(holdbackEras: number): Economy {
  const cadence = { epochMs: 1_000, epochsPerEra: 3, graceMs: 0, lateEpochs: LATE_EPOCHS, clockSkewMs: 0 };
  const standing = { bondGrainsMin: 1_000, marginCallPpm: 800_000, stopLinePpm: 600_000 };
  const curve = { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1 };
  const live = { mode: 'live', threshold: 1, statistic: 'proof-count' };
  return {
    grainsPerUnit: 1_000_000,
    cadence: { ...cadence, holdbackEras, appealEpochs: 2 },
    resources: [{ code: 7, name: 'fuel', coefficient: 1, divisor: 1, billed: true, quantityPerNcuMsMax: 1_000 }],
    classes: [{ name: 'grid', emissionSharePpm: 1_000_000, curve, operatorCapPpm: 600_000, ...standing }],
    price: {
      initialMicrograinsPerNcuS: 7_777_777_777,
      floorMicrograinsPerNcuS: 1_000_000_000,
      capMicrograinsPerNcuS: 90_000_000_000,
      targetUtilisationPpm: 700_000,
      gainPpm: 62_500,
    },
    take: { burnPpm: 50_000, insurancePpm: 20_000, treasuryPpm: 30_000 },
    emission: { kind: 'fixed-per-epoch', grainsPerEpoch: 1_000_001, capGrains: '20000000' },
    verification: { auditFloorPpm: 0, detectionPpm: 1_000_000, consecutiveValidMin: 0, replicasToConvict: 2 },
    offences: [
      { offence: 'wrong-result', slashPpm: 500_000, ...live },
      { offence: 'equivocation', slashPpm: 1_000_000, ...live },
      { offence: 'low-reputation', mode: 'shadow', slashPpm: 0, threshold: 600_000, statistic: 'score-ppm' },
    ],
    slash: { challengerPpm: 500_000, insurancePpm: 300_000, burnPpm: 200_000 },
    reputation: { lambdaPpm: 950_000, multiplierMinPpm: 500_000, multiplierMaxPpm: 1_250_000 },
  } as unknown as Economy;
}

export const id = (number: number) => number.toString(16).padStart(64, '0');
export const address = (number: number) => `0x${number.toString(16).padStart(40, '0')}`;

export const INSURANCE = address(0x111);
const TREASURY = address(0x222);
const NODES = [1, 2, 3].map(id);
export const CONSUMERS = [0xc1, 0xc2].map(address);
const DEPOSIT = 1_000_000_000;

/** What happens in one epoch; every number is taken modulo what there is. */
export interface EpochScript {
  readonly tasks: readonly {
    readonly node: number;
    readonly consumer: number;
    readonly work: number;
    readonly isLate: boolean;
  }[];
  readonly faults: readonly { readonly node: number; readonly offence: number; readonly windows: number }[];
  readonly reversals: readonly number[];
  readonly withdrawals: readonly { readonly consumer: number; readonly grains: number }[];
  readonly claims: readonly number[];
}

export const QUIET: EpochScript = { tasks: [], faults: [], reversals: [], withdrawals: [], claims: [] };

/** A network and its books. Every posting is applied as it is made, and nothing may fall below zero. */
export class TestNetwork {
  readonly economy: Economy;
  state: EconomyState;
  /** `asset account` → grains. */
  readonly books = new Map<string, bigint>();
  readonly postings: Posting[] = [];
  readonly charges: ChargeLine[] = [];
  #serial = 1_000;

  constructor(holdbackEras: number) {
    this.economy = economyOf(holdbackEras);
    this.state = genesisState(this.economy, { insurance: INSURANCE, treasury: TREASURY });
    for (const account of CONSUMERS)
      this.apply([depositPosting({ ...this.#event(), account, creditsGrains: DEPOSIT as Grains })]);
  }

  /** Plays one epoch: escrows, settles, posts the statement, releases, claims. */
  play(script: EpochScript): Settled {
    const inputs = this.#inputs(script);
    const tasks = inputs.usage.filter(({ purpose }) => purpose === 'task');
    const escrow = (line: UsageLine, amountGrains: number) => ({
      taskId: line.leaseId,
      consumer: line.consumer,
      amountGrains: amountGrains as Grains,
      epoch: inputs.epoch,
    });
    const most = 20_000_000;
    this.apply(tasks.map((line) => escrowPosting(escrow(line, most))));
    const before = this.state;
    const settled = settleEpoch(this.economy, 'e'.repeat(64), before, inputs);
    this.apply(statementPostings(before, settled));
    this.state = settled.state;
    const { charges } = settled.statement;
    const charged = new Map(charges.map((line) => [line.leaseId, line.chargeGrains]));
    this.apply(tasks.map((line) => releasePosting(escrow(line, most - (charged.get(line.leaseId) ?? 0)))));
    this.charges.push(...charges);
    for (const claim of script.claims) this.#claim(claim);
    return settled;
  }

  balances(): Balance[] {
    return [...this.books].map(([name, grains]) => {
      const [asset, account] = name.split(' ');
      return { asset, account, balanceGrains: String(grains) } as Balance;
    });
  }

  balance(name: string): bigint {
    return this.books.get(name) ?? 0n;
  }

  apply(postings: readonly Posting[]): void {
    for (const posting of postings) {
      this.postings.push(posting);
      for (const { account, amountGrains } of posting.legs) {
        const name = `${posting.asset} ${account}`;
        this.books.set(name, this.balance(name) + BigInt(amountGrains));
      }
      for (const { account } of posting.legs) {
        const isSource = account === 'chain:deposited' || account === 'emission:source';
        const left = this.balance(`${posting.asset} ${account}`);
        if (left < 0n && !isSource) throw new Error(`${posting.id} takes ${account} to ${left} ${posting.asset}`);
      }
    }
  }

  #inputs(script: EpochScript): EpochInputs {
    const { epoch } = this.state;
    const nodes = NODES.map((nodeId, index) => ({
      nodeId,
      operator: address(0xa000 + (index >> 1)),
      className: 'grid',
      milliNcu: 1_000,
      bondGrains: 3_000 as Grains,
    }));
    const chain = { blockNumber: epoch, blockHash: `0x${'b'.repeat(64)}`, nodes };
    const roots = { usage: '0'.repeat(64), verdicts: '0'.repeat(64), chain: '0'.repeat(64) };
    const beacon = 'be'.repeat(32);
    const usage = script.tasks.map((task) => this.#usage(task));
    const withdrawals = script.withdrawals.map(({ consumer, grains }) => ({
      account: CONSUMERS[consumer % CONSUMERS.length]!,
      creditsGrains: grains as Grains,
    }));
    const verdicts = [...this.#faults(script), ...this.#reversals(script)];
    return { epoch, usage, verdicts, withdrawals, offeredNcuMs: 5_000 as NcuMs, chain, beacon, roots };
  }

  #usage({ node, consumer, work, isLate }: EpochScript['tasks'][number]): UsageLine {
    const epoch = Math.max(0, this.state.epoch - (isLate ? LATE_EPOCHS : 0)) as Epoch;
    return {
      leaseId: id(this.#serial++),
      nodeId: NODES[node % NODES.length]!,
      consumer: CONSUMERS[consumer % CONSUMERS.length]!,
      purpose: consumer % 5 === 0 ? 'audit' : 'task',
      resource: 7,
      epoch,
      quantity: work,
    };
  }

  #faults({ faults }: EpochScript): Verdict[] {
    return faults.map(({ node, offence, windows }): Verdict => {
      const nodeId = NODES[node % NODES.length]!;
      const own = this.charges.filter((line) => line.nodeId === nodeId);
      const rules = this.economy.offences;
      return {
        kind: 'fault-proposed',
        faultId: id(this.#serial++),
        nodeId,
        offence: rules[offence % rules.length]!.offence,
        evidence: id(0xee),
        challenger: address(0xcc),
        windows: own.slice(-windows).map(windowOf),
      };
    });
  }

  #reversals({ reversals }: EpochScript): Verdict[] {
    const open = this.state.openFaults;
    if (open.length === 0) return [];
    const chosen = new Set(reversals.map((index) => open[index % open.length]!.faultId));
    return [...chosen].map((faultId): Verdict => ({ kind: 'fault-reversed', faultId }));
  }

  /** Somebody claims all that is payable to it; on the chain that is possible when an era is final. */
  #claim(index: number): void {
    if (!isLastEpochOfEra(this.economy, this.state.epoch - 1) || this.state.payouts.length === 0) return;
    const { account } = this.state.payouts[index % this.state.payouts.length]!;
    const payable = (asset: string) => Number(this.balance(`${asset} payable:${account}`)) as Grains;
    const amounts = { creditsGrains: payable('credit'), tokensGrains: payable('token') };
    this.apply(claimPostings({ ...this.#event(), account, ...amounts }));
  }

  #event() {
    const logIndex = this.#serial++;
    return { chain: 'eip155:31337', transactionHash: `0x${'77'.repeat(32)}`, logIndex, epoch: this.state?.epoch ?? 0 };
  }
}

function windowOf(line: ChargeLine): ChargedWindow {
  const { epoch, leaseId, resource, consumer, chargeGrains, earnedGrains } = line;
  const { burnGrains, insuranceGrains, treasuryGrains } = line;
  return {
    epoch,
    leaseId,
    resource,
    consumer,
    chargeGrains,
    earnedGrains,
    burnGrains,
    insuranceGrains,
    treasuryGrains,
  };
}
