import {
  attempted,
  bondedCredits,
  cohortAttack,
  cohortOf,
  expectedMarket,
  exposurePerEpoch,
  leastBondCredits,
  slashedCredits,
  slashShare,
} from '@stannary/simulator';

/**
 * An attack of your own is one file like this one: it exports an attack by default. Nothing else has to be registered.
 *
 * This one runs a gang. All its nodes inflate their meters at once; when the first of them is found, the others stop in
 * the same hour and leave with what they have. Few are ever slashed, and whoever is not accused keeps all it claimed, for a
 * holdback takes nothing from the innocent. The more nodes, the sooner one of them is found: is a large gang worth it?
 */
export default cohortAttack({
  id: 'scatter',
  // The catalogue has the numbers below 100.
  number: 100,
  title: 'Scatter at the first arrest',
  strategy: 'Many nodes inflate their meters together; when the first is found, the others leave with what they have.',
  defence: 'The bond of the one that is found must outweigh what all the others keep.',
  // Fields of the economy file that stand against it: reports name them, and ablations switch them off.
  defendedBy: ['verification.auditFloor', 'classes.*.verification.canaries', 'offences.wrong-result.slash'],

  // What the attacker may choose. A best response searches these; what the defender chooses is in the economy.
  parameters: {
    nodes: { meaning: 'nodes of the gang', unit: 'nodes', least: 1, most: 1_000, value: 10 },
    inflation: { meaning: 'ε: claims beyond the truth', unit: 'of the work done', least: 0.001, most: 1, value: 0.2 },
  },

  // Below this many credits at stake, staying away is no answer of an attacker.
  minimumSize: leastBondCredits,

  // The nodes that it brings into the market: like the scenario's own, of the class with the largest share of emission.
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),

  // Once an epoch, knowing what it could know: prices, how full the network was, and its own books so far.
  play: (view) => {
    const { foundEpoch } = view.ledger;
    if (foundEpoch !== null) return { leaves: true };
    return {
      inflation: view.parameters.inflation!,
      // How likely each node is found is the economy's to say, not the attacker's.
      exposure: { offence: 'wrong-result', probability: exposurePerEpoch(view, view.epoch, view.className) },
    };
  },

  // After the run: what was lost (never what comes back, nor what the same nodes cost at honest work), and what was gained.
  account: (ledger, setting) => ({
    costCredits: slashedCredits(ledger, setting),
    returnCredits: (ledger.falseVestedGrains + ledger.falseHeldGrains) / setting.economy.grainsPerUnit,
    stakeCredits: bondedCredits(ledger, setting),
  }),

  // Optional knowledge; null where nobody has derived it. One of N is found in an epoch with p = 1 - (1 - q)^N. A node has
  // claimed for t epochs and is not among the found with (1 - p)^(t - 1) · ((1 - q) - (1 - q)^N): the sum over t is 1/p².
  closedForm: (setting) => {
    const cohort = cohortOf(setting, { nodes: setting.parameters.nodes! });
    const { earned, bond } = expectedMarket(setting, cohort);
    const q = exposurePerEpoch(setting, 0, cohort.className);
    const p = 1 - (1 - q) ** cohort.nodes;
    if (p === 0) return null;
    const kept = (1 - q - (1 - q) ** cohort.nodes) / p ** 2;
    const found = q / p;
    return attempted(
      cohort.nodes * kept * setting.parameters.inflation! * earned,
      cohort.nodes * found * slashShare(setting, 'wrong-result') * bond,
    );
  },
});
