import { censorship as censorshipClosedForm, eip1559Step, fullBlocksFactor } from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { creditsOf, share } from './reckoning.ts';

const NUMBER = 15;
/** Ethereum's base fee: a full block is twice the target, and moves it by an eighth. */
const DENOMINATOR = 8n;
/** Units of the first full block's fee, so fine that the step's floors are next to nothing. */
const FIRST_FEE = 1_000_000_000_000n;

/**
 * 15. Posts a false root and keeps every challenge out of the chain's blocks until the window for it has passed.
 *
 * Walked block by block. A block is drawn as the attacker's own by its share of proposers: it leaves that one empty, so
 * the fee falls. All others it fills at the base fee, which rises by the chain's exact integer step. Once it has spent its
 * patience it fills no more, and every block that is left has to be its own: that chance, a^k, is integrated. A challenge
 * that gets through costs the poster its bond.
 */
export const censorship: Attack = {
  id: 'censorship',
  number: NUMBER,
  title: 'Censoring the dispute window',
  strategy: 'Posts a false root and fills the chain’s blocks so that nobody can challenge it in time.',
  defence: 'The window is thousands of blocks, and each full one makes the next dearer by an eighth.',
  defendedBy: ['settlement.challengeWindow', 'settlement.posterBond'],
  parameters: {
    firstBlock: {
      meaning: 'what a full block costs at the moment that it chooses',
      unit: 'credits',
      least: 1,
      most: 1_000_000,
      value: 100,
      fact: () => 100,
    },
    proposers: { meaning: 'a: its share of the chain’s proposers', unit: 'of blocks', least: 0, most: 0.33, value: 0 },
    patience: { meaning: 'what it spends at most on fees', unit: 'times the gain', least: 0, most: 10_000, value: 1 },
  },
  minimumSize: (setting) => fraudOf(setting).bond,
  formula: 'R = an era’s root if all k blocks are full, else 0; C = fee·(1.125^k - 1)/0.125 + the bond if not + ρ·bond',
  formulaSource: '`censorship` of kernel/src/analysis',
  formulaTest: MEETS,
  /** Without proposers of its own, or with nothing but those. */
  closedForm: (setting) => {
    const { gain, bond, capital, blocks, firstBlock, own, patience } = fraudOf(setting);
    if (own > 0 && patience > 0) return null;
    if (patience === 0) return attempted(own ** blocks * gain, (1 - own ** blocks) * bond + capital);
    let filled = 0;
    while (filled < blocks && firstBlock * fullBlocksFactor(filled) < patience * gain) filled += 1;
    const { costCredits } = censorshipClosedForm(gain, firstBlock, filled);
    return filled === blocks ? attempted(gain, costCredits + capital) : attempted(0, costCredits + bond + capital);
  },
  attempt: (setting, run) => {
    const { gain, bond, capital, blocks, firstBlock, own, patience } = fraudOf(setting);
    const draws = new Draws({ seed: setting.scenario.seed, run });
    let fee = FIRST_FEE;
    let spent = 0;
    let block = 0;
    for (; block < blocks && spent < patience * gain; block += 1) {
      const isOwn = own > 0 && draws.uniform('attack', 0, NUMBER, block) < own;
      if (!isOwn) spent += (Number(fee) / Number(FIRST_FEE)) * firstBlock;
      fee = eip1559Step(fee, isOwn ? 0n : 2n, 1n, DENOMINATOR);
    }
    const chance = own ** (blocks - block);
    return {
      costCredits: spent + (1 - chance) * bond + capital,
      returnCredits: chance * gain,
      stakeCredits: spent + bond,
    };
  },
};

function fraudOf({ economy, scenario, parameters }: AttackSetting) {
  const { assumptions, cadence, price, settlement } = economy;
  const eraSeconds = (cadence.epochMs * cadence.epochsPerEra) / 1_000;
  const workNcuS = assumptions.nodes * assumptions.nodeNcu * eraSeconds * scenario.demand.utilisation;
  const bond = creditsOf(economy, settlement.posterBondGrains) * share(assumptions.tokenPriceMicrograins);
  return {
    /** All that an era's root pays out. */
    gain: creditsOf(economy, (workNcuS * price.initialMicrograinsPerNcuS) / 1e6),
    bond,
    capital: capitalCost(economy, bond, settlement.challengeWindowSeconds),
    blocks: Math.max(1, Math.ceil(settlement.challengeWindowSeconds / assumptions.blockSeconds)),
    firstBlock: parameters.firstBlock!,
    own: parameters.proposers!,
    patience: parameters.patience!,
  };
}
