import assert from 'node:assert/strict';
import { account, chainNode, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs } from '../numbers/quantities.ts';
import { conservationOf } from './conservation.ts';
import type { EconomyState, EpochInputs, NodeLine, Statement } from './epoch.ts';
import { nodeLine } from './node-table.ts';
import type { ReservationLine, ReservationOpening, ReservationUse } from './reservation-lines.ts';
import { genesisState, settleEpoch } from './settle.ts';

// Epochs with reservations for the settlement's own tests. Not exported by the package.

export const CONSUMER = account(9);
/** The test economy's first price: 50,000 grains for an NCU·ms. */
export const SPOT = 50_000_000_000_000 as MicrograinsPerNcuS;

/** A lease of node 1 unless told otherwise: 100 NCU·ms in each of four epochs, epochs 1 to 4, at the first spot price. */
export function opening(changes: Partial<ReservationOpening> = {}): ReservationOpening {
  return {
    leaseId: id(0x100),
    consumer: CONSUMER,
    members: [{ nodeId: id(1), promisedNcuMs: 100 as NcuMs }],
    endEpoch: 5 as Epoch,
    priceMicrograinsPerNcuS: SPOT,
    // The whole price of the lease: 400 NCU·ms.
    bondGrains: 20_000_000 as Grains,
    ...changes,
  };
}

export function use(delivered: number, used: number, changes: Partial<ReservationUse> = {}): ReservationUse {
  const amounts = { deliveredNcuMs: delivered as NcuMs, usedNcuMs: used as NcuMs };
  return { leaseId: id(0x100), nodeId: id(1), slot: 0, ...amounts, ...changes };
}

/** Settles one epoch after the other and keeps account of what came in and went out. */
export class Epochs {
  readonly economy: Economy;
  state: EconomyState;
  statement!: Statement;
  /** Everything that consumers paid less everything that came back to them. */
  netGrains = 0n;

  /** Three nodes of the grid have joined in epoch 0; more are the economy's. */
  constructor(economy: Economy = testEconomy, nodes = 3) {
    this.economy = economy;
    this.state = genesisState(economy, testAccounts);
    this.#nodes = Array.from({ length: nodes }, (_, index) => chainNode(index + 1));
    this.settle();
  }

  readonly #nodes: EpochInputs['chain']['nodes'];

  settle(changes: Partial<EpochInputs> = {}): Statement {
    const inputs = epochInputs(this.state.epoch);
    const chain = { ...inputs.chain, nodes: this.#nodes };
    const settled = settleEpoch(this.economy, testEconomyHash, this.state, { ...inputs, chain, ...changes });
    const { totals } = settled.statement;
    this.netGrains += BigInt(totals.chargedGrains) + BigInt(totals.leaseFeesGrains);
    this.netGrains += BigInt(totals.leaseBondsLockedGrains) - BigInt(totals.leaseBondsReturnedGrains);
    this.netGrains -= BigInt(totals.refundedGrains) + BigInt(totals.compensatedGrains);
    for (const { creditsGrains } of settled.statement.withdrawals) this.netGrains += BigInt(creditsGrains);
    this.state = settled.state;
    this.statement = settled.statement;
    const books = conservationOf(this.state);
    assert.ok(books.tokensBalanced);
    assert.equal(books.unvestedCredits + books.leaseBondCredits + books.payoutCredits, this.netGrains);
    return settled.statement;
  }

  /** The statement's only lease. */
  lease(): ReservationLine {
    return this.statement.reservations[0]!;
  }

  node(number = 1): NodeLine {
    return nodeLine(this.statement, id(number))!;
  }

  paid(payee: string): bigint {
    return BigInt(this.state.payouts.find((payout) => payout.account === payee)?.cumulativeCredits ?? 0);
  }
}
