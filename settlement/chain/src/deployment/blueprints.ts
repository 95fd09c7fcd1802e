import { type Abi, type Address, encodeFunctionData, type Hex, stringToHex, zeroAddress } from 'viem';
import * as contracts from '../generated/contracts.ts';
import { addressOf, bytes32Of, pointOf, uint32Of, uint128Of, uintOf } from '../values.ts';
import type {
  CouncilSettings,
  DeploySettings,
  InstitutionSettings,
  NetworkSettings,
  ReserveSettings,
} from './settings.ts';

// Every constructor's arguments, and what its contract must say afterwards. One place: a constructor that changes is one
// edit here, and the address book, the dry run and the reading back follow.

export type ContractKey = Exclude<keyof typeof contracts, 'deployer'>;

/** Names in the address book that are not their contract's own. */
const SAME_CODE = { guardian: 'council' } as const;
export type DeployedName = ContractKey | keyof typeof SAME_CODE;

export interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
  /** SHA-256 of the code on the chain, with the bytes of `immutables` as zeros. */
  readonly runtimeHash: string;
  /** Start and length of each. */
  readonly immutables: readonly (readonly [number, number])[];
}

/** A view's answer: its name, the answer, its arguments. */
export type Expectation = readonly [view: string, value: unknown, args?: readonly unknown[]];

export interface Blueprint {
  readonly args: readonly unknown[];
  readonly expects: readonly Expectation[];
}

export type At = Readonly<Record<DeployedName, Address>>;

interface Whole {
  readonly core: DeploySettings;
  readonly rest: InstitutionSettings;
}

export function artifactOf(name: DeployedName): Artifact {
  return ARTIFACTS[name in SAME_CODE ? SAME_CODE[name as keyof typeof SAME_CODE] : (name as ContractKey)] as Artifact;
}

const MONEY_AND_WORK = ['credit', 'workToken', 'nodeRegistry', 'bondVault'] as const;
/** The settlement is told where its challenges are going to be, and they ask it. */
const ERAS = ['settlement', 'p256Sha256Verifier', 'eraChallenges'] as const;

/** In the order of their creation: a constructor may ask only what is there. */
export function deployedNames({ institutions }: NetworkSettings): readonly DeployedName[] {
  if (institutions === null) {
    return [...MONEY_AND_WORK, ...ERAS];
  }
  const { reserve, curve, council } = institutions;
  return [
    ...(['accessManager', 'economyRegistry', 'timelock', 'guardian'] as const),
    ...(['complianceGate', 'emergencyPause', 'treasury'] as const),
    ...(reserve.asset === null ? (['localAsset'] as const) : []),
    ...MONEY_AND_WORK,
    ...ERAS,
    ...(['reserve', 'arbitration'] as const),
    ...(curve === null ? [] : (['bondingCurve'] as const)),
    'channels',
    ...(['hashPreimage', 'taskReceipt', 'epochCommitted', 'oracleValue'] as const),
    ...(['contractFigures', 'attestedFigures', 'rollbackTriggers'] as const),
    council === null ? 'tokenGovernor' : 'council',
  ];
}

/** Errors: CHAIN-RANGE. */
export function blueprintOf(name: DeployedName, at: At, settings: NetworkSettings): Blueprint {
  const { core, institutions } = settings;
  const blueprint = CORE[name]?.(at, core) ?? INSTITUTIONS[name]?.(at, { core, rest: institutions! });
  if (blueprint === undefined) throw new Error(`${name} has no blueprint`);
  return blueprint;
}

const ARTIFACTS = { ...contracts };

const CORE: Partial<Record<DeployedName, (at: At, core: DeploySettings) => Blueprint>> = {
  credit: (at, { creditIssuer }) => {
    const issuer = creditIssuer === null ? at.reserve : addressOf(creditIssuer, 'settings.creditIssuer');
    return { args: [issuer], expects: [['issuer', issuer]] };
  },
  workToken: (at, core) => {
    const cap = uint128Of(core.tokenCapGrains, 'settings.tokenCapGrains');
    const eraMax = uint128Of(core.eraMintGrainsMax, 'settings.eraMintGrainsMax');
    const genesis = core.genesis.map(({ account, grains }) => ({
      account: account === 'treasury' ? at.treasury : addressOf(account, 'settings.genesis.account'),
      grains: uintOf(grains, 'settings.genesis.grains'),
    }));
    return {
      args: [at.settlement, cap, eraMax, genesis],
      expects: [
        ['settlement', at.settlement],
        ['capGrains', cap],
        ['eraMintGrainsMax', eraMax],
      ],
    };
  },
  nodeRegistry: (at, { idFeeGrains }) => {
    const fee = uintOf(idFeeGrains, 'settings.idFeeGrains');
    return {
      args: [at.workToken, fee],
      expects: [
        ['workToken', at.workToken],
        ['registrationFeeGrains', fee],
      ],
    };
  },
  bondVault: (at, core) => told(vaultSettings(at, core), { burnPpm: 'told by the other two' }),
  settlement: (at, core) => {
    const { posterBondGrains, ...same } = settlementSettings(at, core);
    const expects = told(same).expects;
    return {
      args: [{ ...same, posterBondGrains }],
      expects: [...expects, ['posterBondRequiredGrains', posterBondGrains]],
    };
  },
  p256Sha256Verifier: () => ({ args: [], expects: [] }),
  eraChallenges: (at, core) => told(challengeSettings(at, core)),
};

const INSTITUTIONS: Partial<Record<DeployedName, (at: At, whole: Whole) => Blueprint>> = {
  // The deployer is the manager's first administrator, until the wiring's last call.
  accessManager: () => ({ args: [], expects: [] }),
  economyRegistry: (at, { rest: { registry } }) => {
    const settings = {
      authority: at.accessManager,
      genesisAt: uintOf(registry.genesisAt, 'registry.genesisAt'),
      epochSeconds: uint32Of(registry.epochSeconds, 'registry.epochSeconds'),
      probationSeconds: uint32Of(registry.probationSeconds, 'registry.probationSeconds'),
      version: uint32Of(registry.version, 'registry.version'),
      economyHash: bytes32Of(registry.economyHash, 'registry.economyHash'),
      gateReportHash: bytes32Of(registry.gateReportHash, 'registry.gateReportHash'),
    };
    const { authority, genesisAt, epochSeconds, probationSeconds } = settings;
    return {
      args: [settings, registry.rows],
      expects: [
        ...told({ authority, genesisAt, epochSeconds, probationSeconds }).expects,
        ['names', registry.rows.map(({ name }) => name)],
        ['versionOfHash', settings.version, [settings.economyHash]],
      ],
    };
  },
  timelock: (at, { rest }) => ({
    args: [at.economyRegistry, [rest.council === null ? at.tokenGovernor : at.council], [zeroAddress], zeroAddress],
    expects: [['economy', at.economyRegistry]],
  }),
  guardian: (at, { rest }) => councilOf(at, rest.guardian),
  council: (at, { rest }) => councilOf(at, rest.council!),
  tokenGovernor: (at, { rest: { governor } }) => ({
    args: [
      {
        token: at.workToken,
        timelock: at.timelock,
        economy: at.economyRegistry,
        treasury: at.treasury,
        manager: at.accessManager,
        guardian: at.guardian,
        lateQuorumSeconds: governor.lateQuorumSeconds,
        proposalThresholdGrains: governor.proposalThresholdGrains,
      },
    ],
    expects: [
      ['token', at.workToken],
      ['timelock', at.timelock],
      ['economy', at.economyRegistry],
      ['treasury', at.treasury],
      ['manager', at.accessManager],
      ['proposalGuardian', at.guardian],
      ['proposalThreshold', governor.proposalThresholdGrains],
      ['lateQuorumVoteExtension', governor.lateQuorumSeconds],
    ],
  }),
  complianceGate: (at) => ({ args: [at.accessManager], expects: [['authority', at.accessManager]] }),
  emergencyPause: (at) => guarded(at),
  treasury: (at) => guarded(at),
  rollbackTriggers: (at) => guarded(at),
  localAsset: () => ({ args: [], expects: [] }),
  reserve: (at, { rest }) => reserveOf(at, rest.reserve),
  bondingCurve: (at, { rest }) =>
    told(
      { workToken: at.workToken, asset: assetOf(at, rest), treasury: at.treasury, ...rest.curve! },
      {
        supplyGrains: 'moves with trades',
        reserveUnits: 'moves with trades',
      },
    ),
  arbitration: (at, { core, rest: { arbitration } }) =>
    told(
      {
        workToken: at.workToken,
        vault: at.bondVault,
        beacon: at.settlement,
        insurance: addressOf(core.insurance, 'settings.insurance'),
        ...arbitration,
        canaryKeeper: addressOf(arbitration.canaryKeeper, 'arbitration.canaryKeeper'),
      },
      { sizes: 'no view of its own' },
    ),
  channels: (at) => ({
    args: [at.p256Sha256Verifier, at.guardian],
    expects: [
      ['p256Verifier', at.p256Sha256Verifier],
      ['guardian', at.guardian],
    ],
  }),
  // Created by the channels themselves.
  taskWallets: (at) => ({ args: [at.channels], expects: [['channels', at.channels]] }),
  hashPreimage: () => ({ args: [], expects: [] }),
  oracleValue: () => ({ args: [], expects: [] }),
  taskReceipt: (at) => ({ args: [at.p256Sha256Verifier], expects: [['verifier', at.p256Sha256Verifier]] }),
  epochCommitted: (at) => ({ args: [at.settlement], expects: [['settlement', at.settlement]] }),
  contractFigures: (at) => {
    const data = encodeFunctionData({ abi: contracts.reserve.abi, functionName: 'coveragePpm' });
    const question = { target: at.reserve, isSigned: false, data };
    return { args: [[COVERAGE], [question]], expects: [['questionOf', question, [COVERAGE]]] };
  },
  attestedFigures: (_at, { rest: { figures } }) => {
    const attestors = figures.attestors.map((account) => addressOf(account, 'figures.attestors'));
    return {
      args: [attestors, figures.quorum, figures.ageSecondsMax],
      expects: [
        ['attestors', attestors],
        ['quorum', figures.quorum],
        ['ageSecondsMax', figures.ageSecondsMax],
      ],
    };
  },
};

const FOR_GOOD = 2 ** 40 - 1;

/** Figures that the triggers ask for. */
export const COVERAGE = stringToHex('coverage', { size: 32 });
export const CONSERVATION = stringToHex('conservation', { size: 32 });
export const FALSE_SLASHES = stringToHex('false-slashes', { size: 32 });

/** A constructor with one struct whose fields are views of the same names, but for those named. */
function told(settings: Readonly<Record<string, unknown>>, unseen: Readonly<Record<string, string>> = {}): Blueprint {
  const expects = Object.entries(settings).filter(([view]) => unseen[view] === undefined);
  return { args: [settings], expects };
}

function guarded(at: At): Blueprint {
  return {
    args: [at.accessManager, at.economyRegistry],
    expects: [
      ['authority', at.accessManager],
      ['economy', at.economyRegistry],
    ],
  };
}

function councilOf(at: At, { seats, quorum, motionSeconds }: CouncilSettings): Blueprint {
  const appointments = seats.map(({ name, holder, endsAt }) => ({
    name: stringToHex(name, { size: 32 }),
    holder: addressOf(holder, 'seat.holder'),
    endsAt: endsAt ?? FOR_GOOD,
  }));
  return {
    args: [at.timelock, quorum, motionSeconds, appointments],
    expects: [
      ['appointer', at.timelock],
      ['quorum', quorum],
      ['motionSeconds', motionSeconds],
      ['seatCount', seats.length],
    ],
  };
}

function assetOf(at: At, { reserve: { asset } }: InstitutionSettings): Address {
  return asset === null ? at.localAsset : addressOf(asset, 'reserve.asset');
}

function reserveOf(at: At, { asset, attestor, ...terms }: ReserveSettings): Blueprint {
  return told({
    ...terms,
    credit: at.credit,
    asset: asset === null ? at.localAsset : addressOf(asset, 'reserve.asset'),
    // A buffer of tokens can be posted; without a price of theirs none is demanded.
    workToken: at.workToken,
    tokenPrice: zeroAddress,
    tokenCoverPpmMin: 0,
    attestor: addressOf(attestor, 'reserve.attestor'),
    gate: at.complianceGate,
    pauses: at.emergencyPause,
  });
}

function vaultSettings(at: At, core: DeploySettings) {
  const { slashSplitPpm, arbiter } = core;
  return {
    workToken: at.workToken,
    nodeRegistry: at.nodeRegistry,
    arbiter: arbiter === null ? at.arbitration : addressOf(arbiter, 'settings.arbiter'),
    insurance: addressOf(core.insurance, 'settings.insurance'),
    activationSeconds: uintOf(core.activationSeconds, 'settings.activationSeconds'),
    unbondingSeconds: uintOf(core.unbondingSeconds, 'settings.unbondingSeconds'),
    appealSeconds: uintOf(core.appealSeconds, 'settings.appealSeconds'),
    challengerPpm: uint32Of(slashSplitPpm.challenger, 'settings.slashSplitPpm.challenger'),
    insurancePpm: uint32Of(slashSplitPpm.insurance, 'settings.slashSplitPpm.insurance'),
    burnPpm: uint32Of(slashSplitPpm.burn, 'settings.slashSplitPpm.burn'),
  };
}

function settlementSettings(at: At, core: DeploySettings) {
  const { x, y } = pointOf(core.receiptKey);
  return {
    credit: at.credit,
    workToken: at.workToken,
    challenges: at.eraChallenges,
    poster: addressOf(core.poster, 'settings.poster'),
    posterBondGrains: uintOf(core.posterBondGrains, 'settings.posterBondGrains'),
    challengeWindowSeconds: uintOf(core.challengeWindowSeconds, 'settings.challengeWindowSeconds'),
    holdbackEras: uintOf(core.holdbackEras, 'settings.holdbackEras'),
    receiptKeyX: x,
    receiptKeyY: y,
    beaconTip: bytes32Of(core.beaconTip, 'settings.beaconTip'),
    // Without institutions nobody is asked.
    gate: at.complianceGate ?? zeroAddress,
    pauses: at.emergencyPause ?? zeroAddress,
  };
}

function challengeSettings(at: At, core: DeploySettings) {
  const { treasury } = core;
  return {
    settlement: at.settlement,
    nodeRegistry: at.nodeRegistry,
    verifier: at.p256Sha256Verifier,
    epochsPerEra: uintOf(core.epochsPerEra, 'settings.epochsPerEra'),
    lateEpochs: uintOf(core.lateEpochs, 'settings.lateEpochs'),
    answerSeconds: uintOf(core.answerSeconds, 'settings.answerSeconds'),
    askFeeGrains: uintOf(core.askFeeGrains, 'settings.askFeeGrains'),
    insurance: addressOf(core.insurance, 'settings.insurance'),
    treasury: treasury === null ? at.treasury : addressOf(treasury, 'settings.treasury'),
  };
}
