import { type Abi, encodeDeployData, getContractAddress, type Hex } from 'viem';
import { devAccount, LOCAL_CHAIN_ID, signerOf } from './account.ts';
import type { AddressBook } from './address-book.ts';
import {
  bondVault,
  credit,
  eraChallenges,
  nodeRegistry,
  p256Sha256Verifier,
  settlement,
  workToken,
} from './generated/contracts.ts';
import { queueOf, type Send } from './queue.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc } from './rpc.ts';
import { addressOf, bytes32Of, pointOf, uint32Of, uint128Of, uintOf } from './values.ts';

/** Everything a network's contracts are told once and for ever. Amounts in grains. */
export interface DeploySettings {
  /** Most work tokens ever, genesis included. */
  readonly tokenCapGrains: bigint | string;
  /** Most work tokens that one era may mint. */
  readonly eraMintGrainsMax: bigint | string;
  /** Work tokens that exist from the start. */
  readonly genesis: readonly { readonly account: string; readonly grains: number }[];
  readonly creditIssuer: string;
  readonly poster: string;
  readonly arbiter: string;
  readonly insurance: string;
  readonly treasury: string;
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

export interface DeployOptions {
  readonly rpcUrl: string;
  /** Pays for the gas and keeps no rights. */
  readonly deployer: string;
  readonly settings: DeploySettings;
}

/** Gas money for an account of a local network: enough for some ten thousand transactions. */
const GAS_MONEY_WEI = 10n ** 19n;

/**
 * Deploys a network's contracts. Each call makes new ones: whoever calls keeps the address book.
 * Errors: CHAIN-RANGE, CHAIN-REVERTED (a constructor refused its settings), CHAIN-OUT-OF-GAS-MONEY,
 * CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export function deployContracts({ rpcUrl, deployer, settings }: DeployOptions): Promise<AddressBook> {
  const rpc = openRpc(rpcUrl);
  const account = signerOf(deployer);
  return queueOf(rpc, rpcUrl, account).run(async (send) => {
    const { address } = account;
    const [chainId, nonce] = await asking('deployContracts', () =>
      Promise.all([rpc.getChainId(), rpc.getTransactionCount({ address, blockTag: 'pending' })]),
    );
    // Token and settlement name each other for good: the token is told where the settlement is going to be.
    const addressAt = (offset: number) => getContractAddress({ from: address, nonce: BigInt(nonce + offset) });
    const places = { credit: addressAt(0), workToken: addressAt(1), nodeRegistry: addressAt(2) };
    const later = { bondVault: addressAt(3), settlement: addressAt(4), eraChallenges: addressAt(6) };
    const deploymentBlock = await createAll(send, creations(settings, { ...places, ...later }, addressAt(5)));
    return { chain: `eip155:${chainId}`, deploymentBlock, contracts: lowerCase({ ...places, ...later }) };
  });
}

/**
 * Gives accounts of a local chain gas money, from an account that every local chain starts with.
 * Errors: CHAIN-WRONG-CHAIN-ID (not a local chain), CHAIN-RANGE, CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function fundAccounts(rpcUrl: string, accounts: readonly string[]): Promise<void> {
  const rpc = openRpc(rpcUrl);
  const chainId = await asking('eth_chainId', () => rpc.getChainId());
  if (chainId !== LOCAL_CHAIN_ID) {
    const expected = `a local chain, ${LOCAL_CHAIN_ID}`;
    throw new ChainRefusal('CHAIN-WRONG-CHAIN-ID', { where: 'rpcUrl', expected, got: `${chainId}` });
  }
  const addresses = accounts.map((account) => addressOf(account, 'account'));
  await queueOf(rpc, rpcUrl, signerOf(devAccount(0).privateKey)).run(async (send) => {
    for (const to of addresses) await send({ to, value: GAS_MONEY_WEI, what: 'fundAccounts' });
  });
}

type Places = Record<keyof AddressBook['contracts'], Hex>;

interface Creation {
  readonly what: string;
  readonly at: Hex;
  readonly data: Hex;
}

/** In the order of their nonces. Errors: CHAIN-RANGE. */
function creations(settings: DeploySettings, places: Places, verifier: Hex): Creation[] {
  return [
    creation('credit', places, credit, [addressOf(settings.creditIssuer, 'settings.creditIssuer')]),
    creation('workToken', places, workToken, workTokenArguments(settings, places)),
    creation('nodeRegistry', places, nodeRegistry, [
      places.workToken,
      uintOf(settings.idFeeGrains, 'settings.idFeeGrains'),
    ]),
    creation('bondVault', places, bondVault, [vaultSettings(settings, places)]),
    creation('settlement', places, settlement, [settlementSettings(settings, places)]),
    { what: 'verifier', at: verifier, data: encodeDeployData(p256Sha256Verifier) },
    creation('eraChallenges', places, eraChallenges, [challengeSettings(settings, places, verifier)]),
  ];
}

function creation(
  what: keyof Places,
  places: Places,
  { abi, bytecode }: { readonly abi: unknown; readonly bytecode: Hex },
  args: readonly unknown[],
): Creation {
  return { what, at: places[what], data: encodeDeployData({ abi: abi as Abi, bytecode, args }) };
}

function workTokenArguments(settings: DeploySettings, places: Places): readonly unknown[] {
  const genesis = settings.genesis.map(({ account, grains }) => ({
    account: addressOf(account, 'settings.genesis.account'),
    grains: uintOf(grains, 'settings.genesis.grains'),
  }));
  const cap = uint128Of(settings.tokenCapGrains, 'settings.tokenCapGrains');
  const eraMax = uint128Of(settings.eraMintGrainsMax, 'settings.eraMintGrainsMax');
  return [places.settlement, cap, eraMax, genesis];
}

function vaultSettings(settings: DeploySettings, places: Places) {
  const { slashSplitPpm } = settings;
  return {
    workToken: places.workToken,
    nodeRegistry: places.nodeRegistry,
    arbiter: addressOf(settings.arbiter, 'settings.arbiter'),
    insurance: addressOf(settings.insurance, 'settings.insurance'),
    activationSeconds: uintOf(settings.activationSeconds, 'settings.activationSeconds'),
    unbondingSeconds: uintOf(settings.unbondingSeconds, 'settings.unbondingSeconds'),
    appealSeconds: uintOf(settings.appealSeconds, 'settings.appealSeconds'),
    challengerPpm: uint32Of(slashSplitPpm.challenger, 'settings.slashSplitPpm.challenger'),
    insurancePpm: uint32Of(slashSplitPpm.insurance, 'settings.slashSplitPpm.insurance'),
    burnPpm: uint32Of(slashSplitPpm.burn, 'settings.slashSplitPpm.burn'),
  };
}

function settlementSettings(settings: DeploySettings, places: Places) {
  const { x, y } = pointOf(settings.receiptKey);
  return {
    credit: places.credit,
    workToken: places.workToken,
    challenges: places.eraChallenges,
    poster: addressOf(settings.poster, 'settings.poster'),
    posterBondGrains: uintOf(settings.posterBondGrains, 'settings.posterBondGrains'),
    challengeWindowSeconds: uintOf(settings.challengeWindowSeconds, 'settings.challengeWindowSeconds'),
    holdbackEras: uintOf(settings.holdbackEras, 'settings.holdbackEras'),
    receiptKeyX: x,
    receiptKeyY: y,
    beaconTip: bytes32Of(settings.beaconTip, 'settings.beaconTip'),
  };
}

function challengeSettings(settings: DeploySettings, places: Places, verifier: Hex) {
  return {
    settlement: places.settlement,
    nodeRegistry: places.nodeRegistry,
    verifier,
    epochsPerEra: uintOf(settings.epochsPerEra, 'settings.epochsPerEra'),
    lateEpochs: uintOf(settings.lateEpochs, 'settings.lateEpochs'),
    answerSeconds: uintOf(settings.answerSeconds, 'settings.answerSeconds'),
    askFeeGrains: uintOf(settings.askFeeGrains, 'settings.askFeeGrains'),
    insurance: addressOf(settings.insurance, 'settings.insurance'),
    treasury: addressOf(settings.treasury, 'settings.treasury'),
  };
}

/** Returns the block of the first. */
async function createAll(send: Send, all: readonly Creation[]): Promise<number> {
  const blocks: number[] = [];
  for (const { what, at, data } of all) {
    const { contractAddress, blockNumber } = await send({ data, what: `deploying ${what}` });
    if (contractAddress?.toLowerCase() !== at.toLowerCase())
      throw new Error(`${what} is at ${contractAddress}, not ${at}`);
    blocks.push(Number(blockNumber));
  }
  return blocks[0]!;
}

function lowerCase(places: Places): AddressBook['contracts'] {
  const entries = Object.entries(places).map(([name, address]) => [name, address.toLowerCase()]);
  return Object.fromEntries(entries) as AddressBook['contracts'];
}
