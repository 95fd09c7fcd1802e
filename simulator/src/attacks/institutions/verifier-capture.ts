import { binomialTail, verifierCapture as captureClosedForm, verifierBribe } from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS, slashShare } from '../expectation.ts';
import { creditsOf, fullNode, share } from './reckoning.ts';

const NUMBER = 8;

/**
 * 8. Claims false pay, and has it confirmed by arbiters of its own or bribed ones.
 *
 * Seats are drawn one by one from a large pool, and whether the late audit finds the capture. A capture by luck is too
 * rare to be seen (4.5e-6): without bribes a seat is drawn as the attacker's with t / n instead of a, and the lot weighs
 * what it should have had, Π (a / a')^own ((1 - a) / (1 - a'))^other; that a lost case costs the bond is integrated.
 *
 * The late audit is the appeal of whoever was right and lost, so it comes always and sees the fault with
 * `verification.detection`. A case is about one node: it can hold no more than what that node has unpaid.
 */
export const verifierCapture: Attack = {
  id: 'verifier-capture',
  number: NUMBER,
  title: 'Captured or bribed arbiters',
  strategy: 'Claims pay for work that was never done, and lets arbiters that it owns or bribes confirm it.',
  defence:
    'Arbiters are drawn by lot and decide by two thirds; an appeal finds a capture and takes the bonds of all who voted for it.',
  defendedBy: [
    'committee.seats',
    'committee.threshold',
    'committee.arbiterBond',
    'verification.detection',
    'offences.wrong-result.slash',
    'cadence.holdback',
  ],
  parameters: {
    arbiters: {
      meaning: 'arbiters that it uses of those it is assumed to have',
      unit: 'of assumptions.attackerArbiters',
      least: 0,
      most: 1,
      value: 1,
    },
    bribe: {
      meaning: 'β: offered to a member, over what the member expects to lose; below 1 nobody takes it',
      unit: 'times the expected loss',
      least: 0,
      most: 3,
      value: 1,
    },
    falsePay: {
      meaning: 'false part of what the node has unpaid',
      unit: 'of the holdback',
      least: 0.01,
      most: 1,
      value: 1,
    },
  },
  minimumSize: (setting) => caseOf(setting).nodeBond,
  formula: 'R = P(captured)·pay; C = bribes, or P(captured)·q·t·bond, + (1 - P)·σb + ρ·bonds',
  formulaSource: '`verifierCapture`, `verifierBribe` and `committeeCapture` of kernel/src/analysis',
  formulaTest: MEETS,
  closedForm: (setting) => {
    const { gain, own, seats, threshold, memberBond, found, bribe, bond, capital } = caseOf(setting);
    if (bribe === 0) {
      const captured = binomialTail(seats, own, threshold);
      const { returnCredits, costCredits } = captureClosedForm({
        gain,
        attackerShare: own,
        jurors: seats,
        threshold,
        slashPerMember: memberBond,
        lateDetection: found,
      });
      return attempted(returnCredits, costCredits + capital + (1 - captured) * bond);
    }
    // Of t votes those of its own arbiters cost what an audit takes, the others the bribe.
    const expectedLoss = found * memberBond;
    let ownVotes = 0;
    for (let count = 1; count <= threshold; count += 1) ownVotes += binomialTail(seats, own, count);
    const perMember = (ownVotes * expectedLoss + (threshold - ownVotes) * bribe) / threshold;
    const { returnCredits, costCredits } = verifierBribe({ gain, threshold, bribePerMember: perMember });
    return attempted(returnCredits, costCredits + capital);
  },
  attempt: (setting, run) => {
    const { gain, own, seats, threshold, memberBond, found, bribe, bond, nodeBond, capital } = caseOf(setting);
    const draws = new Draws({ seed: setting.scenario.seed, run });
    const drawnWith = bribe > 0 ? own : Math.max(own, threshold / seats);
    let votes = 0;
    let weight = 1;
    for (let seat = 0; seat < seats; seat += 1) {
      const isOwn = draws.uniform('attack', 0, NUMBER, seat) < drawnWith;
      if (isOwn) votes += 1;
      weight *= isOwn ? own / drawnWith : (1 - own) / (1 - drawnWith);
    }
    const bribed = bribe > 0 ? Math.max(0, threshold - votes) : 0;
    const captured = votes + bribed >= threshold ? weight : 0;
    const isFound = draws.uniform('audit', 0, NUMBER, 0) < found;
    const slashed = isFound ? (threshold - bribed) * memberBond : 0;
    return {
      costCredits: capital + captured * (bribed * bribe + slashed) + (1 - captured) * bond,
      returnCredits: captured * gain,
      stakeCredits: nodeBond + own * seats * memberBond + bribed * bribe,
    };
  },
};

/** The case, in credits, and who may sit over it. */
function caseOf({ economy, parameters }: AttackSetting) {
  const { committee, verification, assumptions, cadence } = economy;
  const nodes = economy.classes.map((one) => fullNode(economy, one));
  const { held, bond } = nodes.reduce((best, one) => (one.held - one.bond > best.held - best.bond ? one : best));
  const gain = parameters.falsePay! * held;
  const isLarge = gain >= creditsOf(economy, committee.largeFromGrains);
  const seats = isLarge ? committee.largeSeats : committee.seats;
  const memberBond = creditsOf(economy, committee.arbiterBondGrains);
  const found = share(verification.detectionPpm);
  const own = share(assumptions.attackerArbitersPpm) * parameters.arbiters!;
  const caseSeconds =
    committee.commitSeconds + committee.revealSeconds + (cadence.appealEpochs * cadence.epochMs) / 1_000;
  return {
    gain,
    seats,
    threshold: isLarge ? committee.largeThreshold : committee.threshold,
    memberBond,
    found,
    own,
    /** Paid to each bribed member; 0 where nobody would take it. */
    bribe: parameters.bribe! >= 1 ? parameters.bribe! * found * memberBond : 0,
    nodeBond: bond,
    /** Lost with a lost case. */
    bond: bond * slashShare({ economy }, 'wrong-result'),
    // The pool is no smaller than a committee, so its arbiters are at least so many.
    capital: capitalCost(economy, own * seats * memberBond + bond, caseSeconds),
  };
}
