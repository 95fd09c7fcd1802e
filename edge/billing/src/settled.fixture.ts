import {
  type ChargedWindow,
  type ChargeLine,
  chargeLines,
  type Economy,
  type EconomyState,
  type Epoch,
  type EpochInputs,
  type Grains,
  genesisState,
  isLastEpochOfEra,
  type MicrograinsPerNcuS,
  type NcuMs,
  type Ppm,
  type ReservationInputs,
  type Settled,
  settleEpoch,
  type UsageLine,
  type Verdict,
  type VestingPolicy,
} from '@stannary/kernel';
import type { Balance } from './accounts.ts';
import {
  claimPostings,
  depositPosting,
  escrowPosting,
  type Posting,
  releasePosting,
  type TaskEscrow,
} from './postings.ts';
import { statementPostings } from './statement-postings.ts';

// A small network for the package's tests: the kernel settles its epochs, the books follow. Not exported by the package.

const LATE_EPOCHS = 1;

/** What is settled by; the parts that only the chain, the gate or people read are left out. */
function economyOf(holdbackEras: number, vesting: VestingPolicy): Economy {
  const cadence = { epochMs: 1_000, epochsPerEra: 3, graceMs: 0, lateEpochs: LATE_EPOCHS, clockSkewMs: 0 };
  const work = { kind: 'fixed', grainsPerInterval: '1000001', intervalSeconds: 1 };
  return {
    grainsPerUnit: 1_000_000,
    limits: { nodesMax: 1_000, nodeNcuMax: 1_000 },
    cadence: { ...cadence, holdbackEras, appealEpochs: 2 },
    genesis: { atMs: null, allocations: [] },
    resources: [{ code: 7, name: 'fuel', coefficient: 1, divisor: 1, billed: true, quantityPerNcuMsMax: 1_000 }],
    price: {
      kind: 'rational-step',
      initialMicrograinsPerNcuS: 7_777_777_777,
      floorMicrograinsPerNcuS: 1_000_000_000,
      capMicrograinsPerNcuS: 90_000_000_000,
      targetUtilisationPpm: 700_000,
      gainPpm: 62_500,
      breaker: null,
    },
    resourceMarkets: [],
    take: { burnPpm: 50_000, insurancePpm: 20_000, treasuryPpm: 30_000 },
    supply: {
      unitsPerGrain: 1,
      classSharePpmMax: 1_000_000,
      streams: [{ name: 'work', sharePpm: 1_000_000, rule: work }],
      limits: { capGrains: '20000000', capCounts: 'minted', ceiling: null },
    },
    vesting,
    newcomer: { multiplierMinPpm: 500_000, rampEpochs: 0 },
    oracle: { source: 'fixed', priceMicrograins: 1_000_000 },
    ...classesAndLeases(),
    ...offencesAndStanding(),
  } as unknown as Economy;
}

function classesAndLeases() {
  const lines = { haircutPpm: 0, marginCallPpm: 800_000, stopLinePpm: 600_000 };
  const bond = { bondGrainsMin: 1_000, revenue: null, deterrence: null, harm: null, ...lines };
  const curve = { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1 };
  const grid = { name: 'grid', emissionSharePpm: 1_000_000, curve, bands: null, pool: null, bond };
  return {
    classes: [{ ...grid, operatorCapPpm: 600_000 }],
    models: { subscription: { periodEpochs: 2, overagePpm: 1_100_000 } },
    reserved: {
      gapFactorPpm: 2_000_000,
      missedFeePpm: 100_000,
      allowancePpm: 10_000,
      credits: [{ availabilityPpmBelow: 990_000, creditPpm: 300_000 }],
    },
    leases: {
      openingFeePpm: 10_000,
      idleSurchargePpmMax: 500_000,
      idleSurchargeFromPpm: 30_000,
      bondPpm: 1_000_000,
      idleBurnPpm: 500_000,
    },
  };
}

function offencesAndStanding() {
  const live = { mode: 'live', ceilingPpm: 1_000_000, threshold: 1, statistic: 'proof-count' };
  return {
    offences: [
      { offence: 'wrong-result', slashPpm: 500_000, ...live },
      { offence: 'equivocation', slashPpm: 1_000_000, ...live },
      { offence: 'low-reputation', mode: 'shadow', slashPpm: 0, threshold: 600_000, statistic: 'score-ppm' },
    ],
    slash: { challengerPpm: 500_000, insurancePpm: 300_000, burnPpm: 200_000, challengerCapPpm: 50_000_000 },
    slashLimit: { ceilingPpm: 500_000, windowEpochs: 3 },
    correlation: { factorPpm: 3_000_000, windowEpochs: 6 },
    reputation: {
      lambdaPpm: 950_000,
      multiplierMinPpm: 500_000,
      multiplierMaxPpm: 1_250_000,
      liveness: { lambdaPpm: 999_000, barPpm: 960_000, initialSuccesses: 1_000 },
    },
  };
}

export const VESTINGS: readonly VestingPolicy[] = [
  { schedule: null, mergeEpochs: 3 },
  { schedule: { kind: 'linear', sharePpm: 750_000 as Ppm, durationEpochs: 7 }, mergeEpochs: 3 },
];

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
  readonly leases: readonly LeaseScript[];
  /** What members deliver, in turn, of 100 NCU·ms, and how much of it is used. */
  readonly delivered: readonly number[];
  readonly usedPpm: number;
  /** The provider of the first lease gives up, or its consumer does. */
  readonly ends: 'provider' | 'consumer' | null;
  readonly claims: readonly number[];
}

/** A lease of one node, or of a pool whose last member is a hot spare. */
export interface LeaseScript {
  readonly consumer: number;
  readonly members: number;
  readonly epochs: number;
  readonly price: number;
}

export const QUIET: EpochScript = {
  tasks: [],
  faults: [],
  reversals: [],
  withdrawals: [],
  leases: [],
  delivered: [100],
  usedPpm: 1_000_000,
  ends: null,
  claims: [],
};

/** A network and its books. Every posting is applied as it is made, and nothing may fall below zero. */
export class TestNetwork {
  readonly economy: Economy;
  state: EconomyState;
  /** `asset account` → grains. */
  readonly books = new Map<string, bigint>();
  readonly postings: Posting[] = [];
  readonly charges: ChargeLine[] = [];
  #serial = 1_000;

  constructor(holdbackEras: number, vesting: VestingPolicy = VESTINGS[0]!) {
    this.economy = economyOf(holdbackEras, vesting);
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
    const leases = this.#leaseEscrows(inputs.reservations!);
    this.apply(leases.map((lease) => escrowPosting(lease)));
    const before = this.state;
    const settled = settleEpoch(this.economy, 'e'.repeat(64), before, inputs);
    this.apply(statementPostings(before, settled));
    this.state = settled.state;
    const charges = chargeLines(settled.statement);
    const charged = new Map(charges.map((line) => [line.leaseId, line.chargeGrains]));
    this.apply(tasks.map((line) => releasePosting(escrow(line, most - (charged.get(line.leaseId) ?? 0)))));
    this.#releaseLeases(settled, leases);
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
    return {
      epoch,
      usage,
      verdicts,
      withdrawals,
      reservations: this.#reservations(script),
      offeredNcuMs: 5_000 as NcuMs,
      offeredByMarket: [],
      tokenPrice: null,
      burnedTokensGrains: 0 as Grains,
      chain,
      beacon,
      roots,
    };
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

  #reservations({ leases, delivered, usedPpm, ends }: EpochScript): ReservationInputs {
    const opened = leases.map(({ consumer, members, epochs, price }) => ({
      leaseId: id(this.#serial++),
      consumer: CONSUMERS[consumer % CONSUMERS.length]!,
      members: NODES.slice(0, members).map((nodeId, index) => ({
        nodeId,
        promisedNcuMs: (index > 0 && index === members - 1 ? 0 : 100) as NcuMs,
      })),
      endEpoch: (this.state.epoch + epochs) as Epoch,
      priceMicrograinsPerNcuS: price as MicrograinsPerNcuS,
      bondGrains: (epochs * 1_001) as Grains,
    }));
    const open = [...this.state.reservations, ...opened];
    const uses = open.flatMap(({ leaseId, members }, lease) =>
      members.map(({ nodeId }, member) => {
        const deliveredNcuMs = delivered[(lease + member) % delivered.length]! as NcuMs;
        const usedNcuMs = Math.floor((deliveredNcuMs * usedPpm) / 1_000_000) as NcuMs;
        return { leaseId, nodeId, slot: 0, deliveredNcuMs, usedNcuMs };
      }),
    );
    return { opened, uses, ended: ends === null || open.length === 0 ? [] : [{ leaseId: open[0]!.leaseId, by: ends }] };
  }

  /** More than any open lease can cost in the epoch. */
  #leaseEscrows({ opened }: ReservationInputs): TaskEscrow[] {
    const { epoch, reservations } = this.state;
    return [...reservations, ...opened].map(({ leaseId, consumer }) => ({
      taskId: `${leaseId}/${epoch}`,
      consumer,
      amountGrains: 2_000_000 as Grains,
      epoch,
    }));
  }

  #releaseLeases({ statement }: Settled, escrows: readonly TaskEscrow[]): void {
    const taken = new Map(
      statement.reservations.map((line) => {
        const fees = line.openingFeeGrains + line.idleSurchargeGrains;
        return [`${line.leaseId}/${line.epoch}`, line.chargeGrains + fees + line.bondLockedGrains];
      }),
    );
    for (const escrow of escrows) {
      const amountGrains = (escrow.amountGrains - taken.get(escrow.taskId)!) as Grains;
      this.apply([releasePosting({ ...escrow, amountGrains })]);
    }
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
