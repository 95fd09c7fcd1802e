import { createHash } from 'node:crypto';
import { type Abi, type Address, type Hex, hexToBytes, keccak256, parseEventLogs, stringToHex } from 'viem';
import { type EventLog, readLogs } from '../events.ts';
import { accessManager, economyRegistry, rollbackTriggers, timelock, workToken } from '../generated/contracts.ts';
import { GOVERNANCE_ROLES, GUARDED_FUNCTIONS, ROLE_HOLDERS } from '../governance-wiring.ts';
import { asking, openRpc, type Rpc } from '../rpc.ts';
import { addressOf } from '../values.ts';
import { type Artifact, type At, artifactOf, type DeployedName } from './blueprints.ts';
import type { DeploymentBook } from './deploy.ts';
import {
  ADMINISTRATOR,
  type Creation,
  canonicalText,
  type DeploymentPlan,
  deploymentPlan,
  selectorOf,
} from './plan.ts';
import { p256Of } from './precompile.ts';
import type { CouncilSettings, NetworkSettings } from './settings.ts';
import { triggersOf } from './triggers.ts';

/** Something on the chain that is not as planned. */
export interface Finding {
  /** Contract and part: `accessManager.role 1`. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

export interface Verification {
  /** Questions that were asked. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

interface Question {
  readonly where: string;
  readonly expected: unknown;
  readonly ask: () => Promise<unknown>;
}

/** Questions under way at once. */
const LANES = 16;

/**
 * Reads a deployment back: code, addresses, values, bounds, who may call what, who holds which role, and that whoever
 * deployed holds nothing. Parameters of the economy that were moved since are held to their bounds, not to their values.
 * Needs no key. Errors: CHAIN-RANGE, CHAIN-RPC-UNREACHABLE.
 */
export async function verifyDeployment(options: {
  readonly rpcUrl: string;
  readonly settings: NetworkSettings;
  readonly book: DeploymentBook;
}): Promise<Verification> {
  const { settings, book } = options;
  const rpc = openRpc(options.rpcUrl);
  const plan = deploymentPlan(settings, addressOf(book.owner, 'book.owner'));
  const questions = [
    ...placesQuestions(plan, book),
    ...plan.creations.flatMap((creation) => contractQuestions(rpc, creation)),
    ...(settings.institutions === null ? [] : await institutionQuestions(rpc, plan, book)),
  ];
  const findings = await askAll(questions);
  return { checked: questions.length, findings };
}

async function askAll(questions: readonly Question[]): Promise<Finding[]> {
  const answers: (Finding | null)[] = new Array(questions.length).fill(null);
  const waiting = questions.entries();
  const lane = async () => {
    for (const [index, { where, expected, ask }] of waiting) {
      const [wanted, got] = [canonicalText(expected), canonicalText(await ask())];
      if (wanted !== got) answers[index] = { where, expected: wanted, got };
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answers.filter((answer) => answer !== null);
}

function placesQuestions(plan: DeploymentPlan, book: DeploymentBook): Question[] {
  const places = Object.fromEntries(plan.creations.map(({ name, at }) => [name, at]));
  return [{ where: 'book', expected: places, ask: async () => book.contracts }];
}

function contractQuestions(rpc: Rpc, { name, at, artifact, expects }: Creation): Question[] {
  return [
    { where: `${name}.code`, expected: artifact.runtimeHash, ask: () => runtimeHash(rpc, at, artifact) },
    ...expects.map(([view, expected, args = []]) => ({
      where: `${name}.${view}`,
      expected,
      ask: () => read(rpc, artifact.abi, at, view, args),
    })),
  ];
}

async function institutionQuestions(rpc: Rpc, plan: DeploymentPlan, book: DeploymentBook): Promise<Question[]> {
  const { settings, owner } = plan;
  const at = Object.fromEntries(plan.creations.map((creation) => [creation.name, creation.at])) as At;
  const { registry, guardian, council } = settings.institutions!;
  const latest = Number(await asking('eth_blockNumber', () => rpc.getBlockNumber({ cacheTime: 0 })));
  const range = { fromBlock: book.deploymentBlock, toBlock: latest };
  const [managerLogs, timelockLogs] = await Promise.all([
    readLogs(rpc, { address: at.accessManager }, range),
    readLogs(rpc, { address: at.timelock }, range),
  ]);
  return [
    ...registry.rows.map((row) => ({
      where: `economyRegistry.${textOf(row.name)}`,
      expected: { ...row, value: 'within bounds' },
      ask: () => rowOf(rpc, at.economyRegistry, row),
    })),
    ...functionQuestions(rpc, at),
    ...managerRoles(managerLogs, at),
    ...timelockRoles(timelockLogs, at, settings),
    ...seatQuestions(rpc, 'guardian', at.guardian, guardian),
    ...(council === null ? [] : seatQuestions(rpc, 'council', at.council, council)),
    ...triggersOf(at, settings).map(({ name, trigger }) => ({
      where: `rollbackTriggers.${textOf(name)}`,
      expected: trigger,
      ask: () => read(rpc, rollbackTriggers.abi, at.rollbackTriggers, 'triggerOf', [name]),
    })),
    {
      where: 'p256Sha256Verifier.usesPrecompile',
      expected: (await p256Of(rpc)) === 'precompile',
      ask: () => read(rpc, artifactOf('p256Sha256Verifier').abi, at.p256Sha256Verifier, 'usesPrecompile'),
    },
    ...deployerQuestions(rpc, owner, at, settings),
  ];
}

/** Every function of a managed contract that changes something: its role, the administrator's where none is given. */
function functionQuestions(rpc: Rpc, at: At): Question[] {
  const managed = new Set(GUARDED_FUNCTIONS.map(({ contract }) => contract));
  return [...managed].flatMap((contract) => {
    const roles = new Map(
      GUARDED_FUNCTIONS.filter((one) => one.contract === contract).flatMap(({ role, functions }) =>
        functions.map((name) => [name, GOVERNANCE_ROLES[role]] as const),
      ),
    );
    const { abi } = artifactOf(contract);
    const changing = abi.filter(
      (entry) => entry.type === 'function' && !['view', 'pure'].includes(entry.stateMutability),
    ) as { name: string }[];
    const ask = (functionName: string, args: readonly unknown[]) => () =>
      read(rpc, accessManager.abi, at.accessManager, functionName, args);
    return [
      ...changing.map(({ name }) => ({
        where: `accessManager.${contract}.${name}`,
        expected: roles.get(name) ?? Number(ADMINISTRATOR),
        ask: ask('getTargetFunctionRole', [at[contract], selectorOf(abi, name)]),
      })),
      { where: `accessManager.${contract} closed`, expected: false, ask: ask('isTargetClosed', [at[contract]]) },
      { where: `accessManager.${contract} delay`, expected: 0, ask: ask('getTargetAdminDelay', [at[contract]]) },
    ];
  });
}

/** Holders of every role that was ever given, from the events: what nobody planned is found as well. */
function managerRoles(logs: readonly EventLog[], at: At): Question[] {
  const events = parseEventLogs({ abi: accessManager.abi, logs: logs as never });
  const holders = new Map<string, Map<string, number>>();
  for (const event of events) {
    if (event.eventName !== 'RoleGranted' && event.eventName !== 'RoleRevoked') continue;
    const role = holders.get(`${event.args.roleId}`) ?? new Map<string, number>();
    holders.set(`${event.args.roleId}`, role);
    const account = event.args.account.toLowerCase();
    if (event.eventName === 'RoleGranted') role.set(account, event.args.delay);
    else role.delete(account);
  }
  const planned = new Map<string, readonly Address[]>([
    [`${ADMINISTRATOR}`, [at.timelock]],
    ...Object.entries(ROLE_HOLDERS).map(
      ([role, names]) =>
        [`${GOVERNANCE_ROLES[role as keyof typeof GOVERNANCE_ROLES]}`, names.map((name) => at[name])] as const,
    ),
  ]);
  const roleIds = new Set([...planned.keys(), ...holders.keys()]);
  const changed = events.filter(({ eventName }) => /^Role(Admin|Guardian|GrantDelay)Changed$/.test(eventName));
  return [
    ...[...roleIds].sort().map((roleId) => ({
      where: `accessManager.role ${roleId}`,
      // Nobody waits between the call and its effect: the timelock has waited already.
      expected: (planned.get(roleId) ?? []).map((account) => [account, 0]).sort(),
      ask: async () => [...(holders.get(roleId) ?? [])].sort(),
    })),
    {
      where: 'accessManager.administrators of roles',
      expected: [],
      ask: async () => changed.map(({ eventName, args }) => [eventName, args]),
    },
  ];
}

function timelockRoles(logs: readonly EventLog[], at: At, { institutions }: NetworkSettings): Question[] {
  const proposer = institutions!.council === null ? at.tokenGovernor : at.council;
  const planned: Readonly<Record<string, readonly Address[]>> = {
    DEFAULT_ADMIN_ROLE: [at.timelock],
    PROPOSER_ROLE: [proposer],
    CANCELLER_ROLE: [proposer],
    EXECUTOR_ROLE: ['0x0000000000000000000000000000000000000000'],
  };
  const holders = new Map<Hex, Set<string>>();
  for (const { eventName, args } of parseEventLogs({ abi: timelock.abi, logs: logs as never })) {
    if (eventName !== 'RoleGranted' && eventName !== 'RoleRevoked') continue;
    const role = holders.get(args.role) ?? new Set<string>();
    holders.set(args.role, role);
    if (eventName === 'RoleGranted') role.add(args.account.toLowerCase());
    else role.delete(args.account.toLowerCase());
  }
  const names = new Map<Hex, string>(Object.keys(planned).map((name) => [timelockRole(name), name]));
  return [...new Set([...names.keys(), ...holders.keys()])].map((role) => ({
    where: `timelock.${names.get(role) ?? role}`,
    expected: [...(planned[names.get(role) ?? ''] ?? [])].sort(),
    ask: async () => [...(holders.get(role) ?? [])].sort(),
  }));
}

function timelockRole(name: string): Hex {
  return name === 'DEFAULT_ADMIN_ROLE' ? `0x${'0'.repeat(64)}` : keccak256(stringToHex(name));
}

/** Seats as they were given at first; a term that governance has given since is told as it is. */
function seatQuestions(rpc: Rpc, name: DeployedName, address: Address, { seats }: CouncilSettings): Question[] {
  return seats.map((seat, index) => ({
    where: `${name}.seat ${index}`,
    expected: [seat.name, seat.holder],
    ask: async () => {
      const got = await read(rpc, artifactOf(name).abi, address, 'seatOf', [index]);
      if (typeof got === 'string') return got;
      const { name: seatName, holder } = got as { name: Hex; holder: Hex };
      return [textOf(seatName), holder];
    },
  }));
}

/** The one who deployed: no administrator (seen among the roles), no money but what the genesis names. */
function deployerQuestions(rpc: Rpc, owner: Address, at: At, { core }: NetworkSettings): Question[] {
  if (core.genesis.some(({ account }) => account === owner)) return [];
  const ask = () => read(rpc, workToken.abi, at.workToken, 'balanceOf', [owner]);
  return [{ where: 'workToken.balanceOf the deployer', expected: 0, ask }];
}

async function rowOf(rpc: Rpc, address: Address, planned: { readonly name: Hex; readonly value: bigint }) {
  const parameter = await read(rpc, economyRegistry.abi, address, 'parameterOf', [planned.name]);
  if (typeof parameter === 'string') return parameter;
  const { row, changedAt } = parameter as { row: { value: bigint; min: bigint; max: bigint }; changedAt: number };
  const { value, min, max } = row;
  const isAsPlanned = changedAt === 0 ? value === planned.value : value >= min && value <= max;
  return { ...row, value: isAsPlanned ? 'within bounds' : value };
}

async function runtimeHash(rpc: Rpc, address: Address, { immutables }: Artifact): Promise<string> {
  const code = await asking('eth_getCode', () => rpc.getCode({ address }));
  if (code === undefined || code === '0x') return 'nothing';
  const bytes = hexToBytes(code);
  for (const [start, length] of immutables) bytes.fill(0, start, start + length);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The answer; of a contract that does not answer, why. */
async function read(rpc: Rpc, abi: unknown, address: Address, functionName: string, args: readonly unknown[] = []) {
  const query = { abi: abi as Abi, address, functionName, args };
  try {
    return await asking(functionName, () => rpc.readContract(query));
  } catch (error) {
    const { code, name, shortMessage } = error as { code?: string; name: string; shortMessage?: string };
    if (code === 'CHAIN-RPC-UNREACHABLE') throw error;
    return `no answer: ${code ?? shortMessage ?? name}`;
  }
}

function textOf(name: Hex): string {
  return Buffer.from(name.slice(2), 'hex').toString('latin1').replace(/\0+$/, '');
}
