// Who may call what, as the access manager is told at deployment: plain data for whoever deploys, and for whoever checks
// afterwards what a deployment came to.

/** Roles of the access manager. Its own role 0 administers them and ends with the timelock. */
export const GOVERNANCE_ROLES = { governance: 1, guardian: 2, emergency: 3 } as const;
export type GovernanceRole = keyof typeof GOVERNANCE_ROLES;

/** Contracts whose doors the access manager keeps. */
export type ManagedContract = 'economyRegistry' | 'complianceGate' | 'rollbackTriggers' | 'treasury' | 'emergencyPause';

export interface GuardedFunctions {
  readonly contract: ManagedContract;
  /** All of one role, which every holder of it may call, and nobody else. */
  readonly role: GovernanceRole;
  readonly functions: readonly string[];
}

/** Every guarded function there is. Whatever is missing here is the administrator's alone. */
export const GUARDED_FUNCTIONS: readonly GuardedFunctions[] = [
  {
    contract: 'economyRegistry',
    role: 'governance',
    functions: ['scheduleTightening', 'scheduleLoosening', 'cancel'],
  },
  { contract: 'economyRegistry', role: 'guardian', functions: ['cancelLoosening'] },
  { contract: 'economyRegistry', role: 'emergency', functions: ['tighten', 'rollback'] },
  { contract: 'complianceGate', role: 'governance', functions: ['setPolicy'] },
  { contract: 'rollbackTriggers', role: 'governance', functions: ['arm', 'disarm'] },
  { contract: 'treasury', role: 'governance', functions: ['pay'] },
  { contract: 'emergencyPause', role: 'guardian', functions: ['pause', 'resume'] },
];

/** Who holds a role after deployment, without a delay of its own: the timelock has waited already. */
export const ROLE_HOLDERS: Readonly<Record<GovernanceRole, readonly ('timelock' | 'guardian' | 'rollbackTriggers')[]>> =
  {
    governance: ['timelock'],
    guardian: ['guardian'],
    emergency: ['guardian', 'rollbackTriggers'],
  };
