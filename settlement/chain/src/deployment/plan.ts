import { createHash } from 'node:crypto';
import {
  type Abi,
  type Address,
  concat,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  toFunctionSelector,
} from 'viem';
import { accessManager, deployer, rollbackTriggers } from '../generated/contracts.ts';
import { GOVERNANCE_ROLES, GUARDED_FUNCTIONS, ROLE_HOLDERS } from '../governance-wiring.ts';
import {
  type Artifact,
  type At,
  artifactOf,
  type Blueprint,
  blueprintOf,
  type DeployedName,
  deployedNames,
} from './blueprints.ts';
import type { NetworkSettings } from './settings.ts';
import { triggersOf } from './triggers.ts';

// A deployment before it is one: every contract, where it is going to be, what it is told, and who may call what. Pure:
// the same settings of the same deployer are the same plan, on any machine.

/**
 * The proxy that creates at addresses made of code and salt, at this address on nearly every chain (ERC-2470's idea,
 * github.com/Arachnid/deterministic-deployment-proxy; anvil has it, too).
 */
export const CREATE2_PROXY: Address = '0x4e59b44847b379578588920ca78fbf26c0b4956c';

export interface Creation extends Blueprint {
  readonly name: DeployedName;
  readonly at: Address;
  readonly artifact: Artifact;
  /** Code and arguments; null where another contract of the plan creates it. */
  readonly data: Hex | null;
}

export interface DeploymentPlan {
  readonly settings: NetworkSettings;
  /** Pays, is the first administrator, ends with nothing. */
  readonly owner: Address;
  /** 64 hex characters: of the settings, the owner and all code. */
  readonly planHash: string;
  /** The contract that creates all others. */
  readonly deployer: { readonly at: Address; readonly data: Hex; readonly salt: Hex };
  readonly creations: readonly Creation[];
  /** Calls of the access manager in one transaction, the last of which renounces the owner; empty without institutions. */
  readonly wiring: readonly Hex[];
}

/** Errors: CHAIN-RANGE. */
export function deploymentPlan(settings: NetworkSettings, owner: Address): DeploymentPlan {
  const names = deployedNames(settings);
  const planHash = hashOf({
    settings,
    owner: owner.toLowerCase(),
    code: names.map((name) => artifactOf(name).bytecode),
  });
  const salt: Hex = `0x${planHash}`;
  const data = encodeDeployData({ ...deployer, args: [owner, salt] });
  const from = getContractAddress({ from: CREATE2_PROXY, opcode: 'CREATE2', bytecode: data, salt });
  const at = placesOf(names, from);
  const creations = names.map((name) => creationOf(name, at, settings, owner));
  return {
    settings,
    owner,
    planHash,
    deployer: { at: lower(from), data, salt },
    creations: names.includes('channels') ? [...creations, bornOf('taskWallets', at, settings)] : creations,
    wiring: settings.institutions === null ? [] : wiringOf(at, settings, owner),
  };
}

function placeOf(plan: DeploymentPlan, name: DeployedName): Address {
  const found = plan.creations.find((creation) => creation.name === name);
  if (found === undefined) throw new Error(`the plan has no ${name}`);
  return found.at;
}

/** What the proxy is sent. */
export function deployerCall(plan: DeploymentPlan): { readonly to: Address; readonly data: Hex } {
  return { to: CREATE2_PROXY, data: concat([plan.deployer.salt, plan.deployer.data]) };
}

/** Creates the given ones, which must be the next in the plan's order. */
export function creationCall(plan: DeploymentPlan, batch: readonly Creation[]): { to: Address; data: Hex } {
  const codes = batch.map(({ data }) => data!);
  return {
    to: plan.deployer.at,
    data: encodeFunctionData({ abi: deployer.abi, functionName: 'create', args: [codes] }),
  };
}

export function wiringCall(plan: DeploymentPlan): { to: Address; data: Hex } {
  const data = encodeFunctionData({ abi: accessManager.abi, functionName: 'multicall', args: [plan.wiring] });
  return { to: placeOf(plan, 'accessManager'), data };
}

/** A contract's n-th creation has nonce n; the first has 1 (EIP-161). */
function placesOf(names: readonly DeployedName[], from: Address): At {
  const created = names.map((name, index) => [name, lower(getContractAddress({ from, nonce: BigInt(index + 1) }))]);
  const places = Object.fromEntries(created) as Record<DeployedName, Address>;
  if (places.channels === undefined) return places;
  return { ...places, taskWallets: lower(getContractAddress({ from: places.channels, nonce: 1n })) };
}

function creationOf(name: DeployedName, at: At, settings: NetworkSettings, owner: Address): Creation {
  const artifact = artifactOf(name);
  const blueprint = blueprintOf(name, at, settings);
  const args = name === 'accessManager' ? [owner] : blueprint.args;
  return { ...blueprint, name, at: at[name], artifact, data: encodeDeployData({ ...artifact, args }) };
}

function bornOf(name: DeployedName, at: At, settings: NetworkSettings): Creation {
  return { ...blueprintOf(name, at, settings), name, at: at[name], artifact: artifactOf(name), data: null };
}

/** Arms the triggers while the owner still may, gives every function and role away, and lets go. */
function wiringOf(at: At, settings: NetworkSettings, owner: Address): Hex[] {
  const manage = (functionName: string, args: readonly unknown[]) =>
    encodeFunctionData({ abi: accessManager.abi as Abi, functionName, args });
  const arming = triggersOf(at, settings).map(({ name, trigger }) =>
    manage('execute', [
      at.rollbackTriggers,
      encodeFunctionData({ abi: rollbackTriggers.abi, functionName: 'arm', args: [name, trigger] }),
    ]),
  );
  const guards = GUARDED_FUNCTIONS.map(({ contract, role, functions }) =>
    manage('setTargetFunctionRole', [
      at[contract],
      functions.map((name) => selectorOf(artifactOf(contract).abi, name)),
      BigInt(GOVERNANCE_ROLES[role]),
    ]),
  );
  const grants = Object.entries(ROLE_HOLDERS).flatMap(([role, holders]) =>
    holders.map((holder) =>
      manage('grantRole', [BigInt(GOVERNANCE_ROLES[role as keyof typeof GOVERNANCE_ROLES]), at[holder], 0]),
    ),
  );
  return [
    ...arming,
    ...guards,
    ...grants,
    manage('grantRole', [ADMINISTRATOR, at.timelock, 0]),
    manage('renounceRole', [ADMINISTRATOR, owner]),
  ];
}

export const ADMINISTRATOR = 0n;

export function selectorOf(abi: Abi, functionName: string): Hex {
  const found = abi.find((entry) => entry.type === 'function' && entry.name === functionName);
  if (found === undefined) throw new Error(`no function ${functionName}`);
  return toFunctionSelector(found as Extract<Abi[number], { type: 'function' }>);
}

/** SHA-256 of JSON with sorted keys, whole numbers as decimal text. */
function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

/** The same text for the same value: keys sorted, numbers and bigints alike, hex in lower case. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint' || typeof inner === 'number') return String(inner);
    if (typeof inner === 'string' && inner.startsWith('0x')) return inner.toLowerCase();
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address;
}
