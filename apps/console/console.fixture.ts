import { createHash } from 'node:crypto';
import { loadEconomy } from '@stannary/economies';
import type {
  EraAnswer,
  FaultAnswer,
  NetworkAnswer,
  NodeAnswer,
  StatusAnswer,
  TimelineEntry,
  TimelineFacts,
  TimelineKind,
} from '@stannary/gateway/client';
import type { Epoch, Grains, NcuMs, Ppm } from '@stannary/kernel';

// One moment of a plausible local network for the console's own tests: eight providers, three of which cheat.

const LOCAL = await loadEconomy('local');
const GRAINS_PER_UNIT = 1_000_000;
const EPOCH = 27;
const EPOCHS_PER_ERA = 4;
const OFFENCES = [
  { offence: 'wrong-result', mode: 'live', statistic: 'proof-count', threshold: 1, slashPpm: 1_000_000 as Ppm },
  { offence: 'equivocation', mode: 'live', statistic: 'proof-count', threshold: 1, slashPpm: 1_000_000 as Ppm },
  { offence: 'abandoned-work', mode: 'live', statistic: 'share-ppm', threshold: 40_000, slashPpm: 70_000 as Ppm },
  { offence: 'low-reputation', mode: 'shadow', statistic: 'score-ppm', threshold: 600_000, slashPpm: 0 as Ppm },
] as const;

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function addressOf(text: string): string {
  return `0x${hashOf(text).slice(0, 40)}`;
}

function transactionOf(text: string): string {
  return `0x${hashOf(`transaction ${text}`)}`;
}

const credits = (amount: number) => String(Math.round(amount * GRAINS_PER_UNIT));
const grains = (amount: number) => Math.round(amount * GRAINS_PER_UNIT) as Grains;
const ppm = (share: number) => Math.round(share * 1_000_000) as Ppm;

const POLICIES: NetworkAnswer['policies'] = [
  { version: 1, fromEpoch: 0, economyHash: hashOf('economy') },
  { version: 2, fromEpoch: 40, economyHash: hashOf('economy, version 2') },
];

export function exampleNetwork(): NetworkAnswer {
  return {
    name: 'local',
    chain: 'eip155:31337',
    rpcUrl: 'http://127.0.0.1:8545',
    contracts: {
      workToken: addressOf('work token'),
      credit: addressOf('credit'),
      nodeRegistry: addressOf('node registry'),
      bondVault: addressOf('bond vault'),
      eraChallenges: addressOf('era challenges'),
      settlement: addressOf('settlement'),
    },
    economyHash: hashOf('economy'),
    economy: exampleEconomy(),
    policies: POLICIES,
    clock: { genesisMs: 0, epochMs: 8_000, epochsPerEra: EPOCHS_PER_ERA, pauses: [], nowMs: 220_000 },
    posterKey: '',
    modules: { sha256: hashOf('sha256.wasm'), matmul: hashOf('matmul.wasm') },
    fuelCostTable: hashOf('cost table'),
  };
}

/** The shipped local economy at this fixture's pace and with its offences. */
function exampleEconomy(): NetworkAnswer['economy'] {
  const { economy } = LOCAL;
  return {
    ...economy,
    cadence: { ...economy.cadence, epochMs: 8_000, epochsPerEra: EPOCHS_PER_ERA },
    price: { ...economy.price, targetUtilisationPpm: ppm(0.7) },
    offences: OFFENCES.map((offence) => ({ ...offence, ceilingPpm: ppm(1), shadowErasMin: 1 })),
  };
}

export function exampleStatus(): StatusAnswer {
  const history = exampleHistory();
  const nodes = exampleNodes();
  return {
    nowMs: 220_000,
    epoch: EPOCH as Epoch,
    era: 6,
    epochEndsInMs: 5_400,
    settledEpoch: EPOCH - 2,
    phase: 'running',
    policy: { ...POLICIES[0]!, next: POLICIES[1]! },
    priceMicrograinsPerNcuS: 3_214_870,
    utilisationPpm: 743_210,
    grainsPerUnit: GRAINS_PER_UNIT,
    tasks: { submitted: 1_412, queued: 14, assigned: 22, done: 1_376, audits: 187 },
    totals: totalsOf(history),
    history,
    nodes,
    faults: exampleFaults(nodes),
    eras: exampleEras(),
    conservation: {
      ledger: {
        balanced: true,
        creditsInGrains: credits(5_000),
        creditsOutGrains: credits(118.402_117),
        creditsHeldGrains: credits(5_000 - 118.402_117),
        tokensEmittedGrains: credits(120 * (EPOCH - 1)),
      },
      chain: {
        creditsInSettlementGrains: credits(5_000 - 118.402_117),
        depositedGrains: credits(5_000),
        claimedGrains: credits(118.402_117),
        tokensMintedGrains: credits(1_902.118_04),
        blockNumber: 4_211,
      },
      agree: true,
    },
  };
}

function exampleHistory(): StatusAnswer['history'] {
  let price = 2_777_778;
  return Array.from({ length: EPOCH - 1 }, (_, epoch) => {
    const utilisation = 0.7 + 0.22 * Math.sin(epoch / 3.1) * Math.exp(-epoch / 30) + 0.03 * Math.cos(epoch * 2.3);
    const usedNcuMs = Math.round(2_400_000 * utilisation);
    const entry = {
      epoch,
      priceMicrograinsPerNcuS: Math.round(price),
      utilisationPpm: ppm(utilisation),
      usedNcuMs: usedNcuMs as NcuMs,
      chargedGrains: Math.ceil((usedNcuMs / 1000) * (price / 1e6) * 940),
      tokensGrains: epoch === 0 ? 0 : grains(120 * Math.min(1, 0.86 + utilisation / 6)),
    };
    price *= 1 + 0.0625 * ((utilisation - 0.7) / 0.7) * 3;
    return entry;
  });
}

interface Provider {
  readonly status: NodeAnswer['status'];
  readonly className: string;
  readonly tasksDone: number;
  readonly bond: number;
  readonly reputation: number;
  readonly abandoned: number;
  readonly proven?: string;
}

const PROVIDERS: readonly Provider[] = [
  { status: 'active', className: 'grid', tasksDone: 248, bond: 1_200, reputation: 0.987_412, abandoned: 0 },
  { status: 'active', className: 'grid', tasksDone: 231, bond: 1_200, reputation: 0.985_113, abandoned: 0 },
  {
    status: 'slashed',
    className: 'cloud',
    tasksDone: 96,
    bond: 0,
    reputation: 0.412_2,
    abandoned: 0,
    proven: 'wrong-result',
  },
  { status: 'active', className: 'cloud', tasksDone: 264, bond: 1_500, reputation: 0.991_8, abandoned: 0.004 },
  {
    status: 'slashed',
    className: 'edge',
    tasksDone: 71,
    bond: 0,
    reputation: 0.883_9,
    abandoned: 0,
    proven: 'equivocation',
  },
  { status: 'active', className: 'edge', tasksDone: 158, bond: 500, reputation: 0.962_4, abandoned: 0.012 },
  {
    status: 'held',
    className: 'edge',
    tasksDone: 44,
    bond: 500,
    reputation: 0.731_6,
    abandoned: 0.04,
    proven: 'abandoned-work',
  },
  { status: 'active', className: 'edge', tasksDone: 264, bond: 620, reputation: 0.978_3, abandoned: 0.021 },
];

function exampleNodes(): NodeAnswer[] {
  return PROVIDERS.map((provider, index) => {
    const earned = provider.tasksDone * 0.178_341;
    const vested = provider.status === 'active' ? earned * 0.713 : earned * 0.34;
    return {
      nodeId: hashOf(`node ${index}`),
      operator: addressOf(`operator ${index}`),
      className: provider.className,
      status: provider.status,
      bondGrains: grains(provider.bond),
      bondRequiredGrains: grains(provider.className === 'edge' ? 500 : 1_000),
      earnedCreditsGrains: credits(earned),
      earnedTokensGrains: credits(provider.tasksDone * 1.912),
      vestedCreditsGrains: credits(vested),
      holdbackCreditsGrains: credits(provider.status === 'active' ? earned - vested : 0),
      heldCreditsGrains: credits(provider.status === 'held' ? earned - vested : 0),
      reputationPpm: ppm(provider.reputation),
      tasksDone: provider.tasksDone,
      cpuMs: provider.tasksDone * 412,
      fuel: provider.tasksDone * 48_211_904,
      margins: marginsOf(provider),
    };
  });
}

function marginsOf(provider: Provider): NodeAnswer['margins'] {
  return OFFENCES.map(({ offence, mode, threshold, statistic }) => {
    const proofs = provider.proven === offence ? 1 : 0;
    const value =
      statistic === 'proof-count' ? proofs : ppm(statistic === 'share-ppm' ? provider.abandoned : provider.reputation);
    const used = statistic === 'score-ppm' ? (1 - provider.reputation) / 0.4 : value / threshold;
    return { offence, mode, value, threshold, usedPpm: ppm(Math.min(1, used)) };
  });
}

function totalsOf(history: StatusAnswer['history']): StatusAnswer['totals'] {
  const sum = (amounts: readonly number[]) => String(amounts.reduce((total, amount) => total + amount, 0));
  return {
    chargedGrains: sum(history.map((epoch) => epoch.chargedGrains)),
    refundedGrains: '0',
    tokensGrains: sum(history.map((epoch) => epoch.tokensGrains)),
  };
}

function exampleFaults(nodes: readonly NodeAnswer[]): FaultAnswer[] {
  const of = (index: number) => ({ nodeId: nodes[index]!.nodeId, operator: nodes[index]!.operator });
  return [
    {
      ...of(2),
      faultId: hashOf('fault 1'),
      proofs: 1,
      offence: 'wrong-result',
      stage: 'final',
      proposedEpoch: 9,
      finalEpoch: 13,
      evidenceHash: hashOf('evidence 1'),
      evidence:
        'The result of task 7c1e04f2 (sha256) differs from two blind replicas, which agree with each other. The runs part at checkpoint 3 of 11.',
      slashedGrains: grains(1_000),
      refundedGrains: grains(4.218_004),
      caseId: 1,
      caseVerdict: 'guilty',
      proposedTx: transactionOf('1 proposed'),
      finalTx: transactionOf('1 final'),
    },
    {
      ...of(4),
      faultId: hashOf('fault 2'),
      proofs: 1,
      offence: 'equivocation',
      stage: 'final',
      proposedEpoch: 14,
      finalEpoch: 18,
      evidenceHash: hashOf('evidence 2'),
      evidence: 'Two different batch headers of epoch 13, both numbered 41 and both signed by the device key.',
      slashedGrains: grains(500),
      refundedGrains: grains(1.076_42),
      caseId: 2,
      caseVerdict: 'guilty',
      proposedTx: transactionOf('2 proposed'),
      finalTx: transactionOf('2 final'),
    },
    {
      ...of(6),
      faultId: hashOf('fault 3'),
      proofs: 1,
      offence: 'abandoned-work',
      stage: 'proposed',
      proposedEpoch: 25,
      finalEpoch: 29,
      evidenceHash: hashOf('evidence 3'),
      evidence: 'Of the last 25 tasks it accepted, 1 was never answered: 4.0 % abandoned, threshold 4.0 %.',
      slashedGrains: 0,
      refundedGrains: 0,
      caseId: null,
      caseVerdict: null,
      proposedTx: transactionOf('3 proposed'),
      finalTx: null,
    },
  ];
}

function exampleEras(): EraAnswer[] {
  return Array.from({ length: 6 }, (_, era) => ({
    era,
    payoutRoot: hashOf(`era ${era}`),
    totalCreditsGrains: credits(era * 31.204_118),
    totalTokensGrains: credits(era * 456.75),
    postedTx: era === 5 ? null : transactionOf(`era ${era} posted`),
    finalisedTx: era >= 4 ? null : transactionOf(`era ${era} finalised`),
    status: era === 5 ? ('computed' as const) : era === 4 ? ('posted' as const) : ('finalised' as const),
    voided: era === 2 ? 1 : 0,
    voidedTx: era === 2 ? transactionOf('era 2 voided') : null,
  }));
}

const MADE_AT_MS = Date.UTC(2026, 2, 1, 12);
const DUE_MS = MADE_AT_MS + 3_600_000;
const CHANNEL = { channelId: hashOf('channel') };
const PROPOSAL = { proposalId: hashOf('proposal') };
const MOTION = { body: 'guardian', motionId: 2 } as const;
const CALL = { operationId: hashOf('operation') };
const SLASH = { slashId: 1, nodeId: hashOf('node') };
const LEAF = { era: 3, tree: 'payout', index: 7 };

/** One event of every kind, in this order. */
const TIMELINE: TimelineFacts = {
  'era-posted': {
    era: 4,
    headerHash: hashOf('header'),
    totalCreditsGrains: credits(124.81),
    totalTokensGrains: credits(1_827),
    finalisableAtMs: DUE_MS,
  },
  'era-voided': {
    era: 4,
    lastEra: 5,
    headerHash: hashOf('header'),
    challenger: addressOf('tower'),
    ground: 'payout-wrong',
  },
  'era-finalised': {
    era: 3,
    headerHash: hashOf('header'),
    totalCreditsGrains: credits(93.61),
    mintedTokensGrains: credits(456.75),
  },
  'leaf-asked': { ...LEAF, asker: addressOf('tower'), answerByMs: DUE_MS },
  'leaf-shown': { ...LEAF, revealer: addressOf('poster') },
  'poster-slashed': { challenger: addressOf('tower'), rewardGrains: grains(50), burntGrains: grains(50) },
  'slash-proposed': {
    ...SLASH,
    challenger: addressOf('tower'),
    grains: grains(1_000),
    offence: 'wrong-result',
    evidenceHash: hashOf('evidence'),
    finalisableAtMs: DUE_MS,
  },
  'slash-final': {
    ...SLASH,
    challenger: addressOf('tower'),
    challengerGrains: grains(500),
    insuranceGrains: grains(300),
    burntGrains: grains(200),
  },
  'slash-reversed': { ...SLASH, grains: grains(1_000) },
  'case-opened': {
    caseId: 7,
    nodeId: hashOf('node'),
    challenger: addressOf('poster'),
    offence: 'wrong-result',
    evidenceHash: hashOf('evidence'),
    grains: credits(1_000),
  },
  'case-decided': { caseId: 7, instance: 0, verdict: 'guilty', guiltyVotes: 15, votes: 21 },
  'case-closed': { caseId: 7, verdict: 'guilty' },
  'exit-started': { ...CHANNEL, endsAtMs: DUE_MS },
  'exit-extended': { ...CHANNEL, endsAtMs: DUE_MS },
  'channel-committed': { ...CHANNEL, payee: addressOf('payee'), committedGrains: credits(3) },
  'channel-claimed': { ...CHANNEL, payee: addressOf('payee'), paidGrains: credits(2), claimedGrains: credits(5) },
  'channel-closed': { ...CHANNEL, refundedGrains: credits(4), keptGrains: credits(1) },
  'change-scheduled': {
    version: 2,
    economyHash: hashOf('economy, version 2'),
    gateReportHash: hashOf('report'),
    startsAtMs: DUE_MS,
    loosens: true,
    changes: [{ name: 'reserve.spread', value: '2000' }],
  },
  'change-activated': { version: 2, economyHash: hashOf('economy, version 2'), startsAtMs: MADE_AT_MS },
  'change-cancelled': { version: 2 },
  'change-rolled-back': { version: 2, goodVersion: 1 },
  'parameter-tightened': { name: 'reserve.spread', before: '2000', value: '3000', by: addressOf('guardian') },
  'proposal-created': { ...PROPOSAL, proposer: addressOf('holder'), votesEndAtMs: DUE_MS },
  'proposal-voted': { ...PROPOSAL, voter: addressOf('holder'), vote: 'for', weightGrains: credits(12_000) },
  'proposal-queued': { ...PROPOSAL, executableAtMs: DUE_MS },
  'proposal-executed': PROPOSAL,
  'proposal-cancelled': PROPOSAL,
  'motion-put': { ...MOTION, seat: 0, target: addressOf('registry'), endsAtMs: DUE_MS },
  'motion-answered': { ...MOTION, seat: 1, agrees: true },
  'motion-executed': MOTION,
  'call-queued': { ...CALL, target: addressOf('registry'), executableAtMs: DUE_MS },
  'call-executed': { ...CALL, target: addressOf('registry') },
  'call-cancelled': CALL,
  'pause-started': { scope: 'settlement', untilMs: DUE_MS },
  'pause-ended': { scope: 'settlement' },
  'trigger-fired': { name: 'coverage', value: '940000', line: '950000', asOfMs: MADE_AT_MS, by: addressOf('anyone') },
  'reserve-attested': {
    attestor: addressOf('attestor'),
    asOfMs: MADE_AT_MS,
    assetsGrains: credits(9_900),
    liabilitiesGrains: credits(9_000),
    reportHash: hashOf('report'),
  },
  'credits-issued': {
    payer: addressOf('buyer'),
    to: addressOf('buyer'),
    creditGrains: credits(100),
    units: '100000000',
  },
  'redemption-requested': { redemptionEra: 1, account: addressOf('buyer'), creditGrains: credits(10) },
  'redemption-priced': {
    redemptionEra: 1,
    requestedGrains: credits(10),
    assetsGrains: credits(9_900),
    outstandingGrains: credits(9_000),
    dueUnits: '10000000',
  },
};

/** In the chain's order. */
export function exampleTimeline(): readonly TimelineEntry[] {
  const kinds = Object.keys(TIMELINE) as TimelineKind[];
  return kinds.map((kind, index) => {
    const block = 100 + index;
    const place = { block, logIndex: 0, txHash: transactionOf(kind), timestampMs: MADE_AT_MS + index * 1_000 };
    return { kind, ...TIMELINE[kind], ...place, position: block * 2 ** 20 } as TimelineEntry;
  });
}

/** A network in its first second: nothing has happened. */
export function emptyStatus(): StatusAnswer {
  const status = exampleStatus();
  return {
    ...status,
    epoch: 0,
    era: 0,
    settledEpoch: -1,
    utilisationPpm: 0,
    tasks: { submitted: 0, queued: 0, assigned: 0, done: 0, audits: 0 },
    totals: totalsOf([]),
    history: [],
    nodes: [],
    faults: [],
    eras: [],
    conservation: {
      ledger: {
        balanced: true,
        creditsInGrains: '0',
        creditsOutGrains: '0',
        creditsHeldGrains: '0',
        tokensEmittedGrains: '0',
      },
      chain: null,
      agree: true,
    },
  };
}
