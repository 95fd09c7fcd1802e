import type { RegistryRow } from '../economy-parameters.ts';

/** What the contracts that hold money and work are told once and for ever. Amounts in grains. */
export interface DeploySettings {
  /** Most work tokens ever, genesis included. */
  readonly tokenCapGrains: bigint | string;
  /** Most work tokens that one era may mint. */
  readonly eraMintGrainsMax: bigint | string;
  /** Work tokens that exist from the start; `treasury` is the contract of that name. */
  readonly genesis: readonly { readonly account: string; readonly grains: number }[];
  /** Null: the reserve. */
  readonly creditIssuer: string | null;
  readonly poster: string;
  /** Null: the arbitration's committees. */
  readonly arbiter: string | null;
  readonly insurance: string;
  /** Null: the contract of that name. */
  readonly treasury: string | null;
  /** The poster's receipt key: SubjectPublicKeyInfo, DER, hex. */
  readonly receiptKey: string;
  /** Last link of the hash chain that opens the beacons, 64 hex characters. */
  readonly beaconTip: string;
  /** Burnt for each registration of a node. */
  readonly idFeeGrains: number;
  readonly posterBondGrains: number;
  readonly challengeWindowSeconds: number;
  /** Eras between what was earned and what it pays; at least 1. */
  readonly holdbackEras: number;
  readonly epochsPerEra: number;
  /** Epochs by which a batch may be late. */
  readonly lateEpochs: number;
  /** Time to reveal a leaf that was asked for, at most the challenge window. */
  readonly answerSeconds: number;
  /** What asking for a leaf costs, to be earned by revealing it. */
  readonly askFeeGrains: number;
  readonly appealSeconds: number;
  readonly activationSeconds: number;
  readonly unbondingSeconds: number;
  /** Sum: 1,000,000. */
  readonly slashSplitPpm: { readonly challenger: number; readonly insurance: number; readonly burn: number };
}

/** Who sits where, until when (seconds since 1970; null: for good). */
export interface SeatSettings {
  readonly name: string;
  readonly holder: string;
  readonly endsAt: number | null;
}

export interface CouncilSettings {
  readonly seats: readonly SeatSettings[];
  readonly quorum: number;
  readonly motionSeconds: number;
}

export interface ReserveSettings {
  /** Null: a worthless asset that anyone mints, on a local chain only. */
  readonly asset: string | null;
  readonly attestor: string;
  readonly attestationSecondsMax: number;
  readonly redemptionEraSeconds: number;
  readonly spreadPpm: number;
  readonly tokenHaircutPpm: number;
  readonly throttle: {
    readonly warnPpm: number;
    readonly haltPpm: number;
    readonly stepPpm: number;
    readonly slowIssuePpm: number;
    readonly waitSecondsMin: number;
  };
  readonly slowWaitSeconds: readonly number[];
}

/** Amounts in grains of the work token. */
export interface ArbitrationSettings {
  readonly canaryKeeper: string;
  readonly arbiterBondGrains: bigint;
  readonly seatFeeGrains: bigint;
  readonly depositGrains: bigint;
  readonly absencePenaltyGrains: bigint;
  readonly canaryPenaltyGrains: bigint;
  readonly highValueGrains: bigint;
  readonly sizes: readonly { readonly seats: number; readonly threshold: number }[];
  readonly activationSeconds: number;
  readonly entropyDelayBlocks: number;
  readonly drawSeconds: number;
  readonly commitSeconds: number;
  readonly revealSeconds: number;
  readonly appealSeconds: number;
  readonly unbondingSeconds: number;
}

export interface CurveSettings {
  readonly batchSeconds: number;
  readonly ratioPpm: number;
  readonly taxPpm: number;
  readonly batchSharePpm: number;
  readonly supplyGrains: bigint;
  readonly reserveUnits: bigint;
}

export interface RegistrySettings {
  readonly genesisAt: number;
  readonly epochSeconds: number;
  readonly probationSeconds: number;
  readonly version: number;
  /** 64 hex characters, like the next. */
  readonly economyHash: string;
  readonly gateReportHash: string;
  readonly rows: readonly RegistryRow[];
}

/** Everything around the money: what issues credits, judges, governs, pauses. */
export interface InstitutionSettings {
  readonly reserve: ReserveSettings;
  readonly curve: CurveSettings | null;
  readonly arbitration: ArbitrationSettings;
  readonly registry: RegistrySettings;
  /** Seats that govern; a governor of tokens where there are none. */
  readonly council: CouncilSettings | null;
  readonly governor: { readonly lateQuorumSeconds: number; readonly proposalThresholdGrains: bigint };
  readonly guardian: CouncilSettings;
  readonly figures: {
    readonly attestors: readonly string[];
    readonly quorum: number;
    readonly ageSecondsMax: number;
  };
}

export interface NetworkSettings {
  /** CAIP-2 id. */
  readonly chain: string;
  readonly core: DeploySettings;
  /** Null: the five contracts of `DeploySettings` alone, whose issuer and arbiter are then named there. */
  readonly institutions: InstitutionSettings | null;
}
