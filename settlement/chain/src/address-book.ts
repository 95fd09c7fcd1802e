import type { Address } from 'viem';
import { ChainRefusal } from './refusal.ts';
import { asking, type Rpc } from './rpc.ts';
import { addressOf } from './values.ts';

/** Where a network's contracts are. Whoever deploys keeps it; everybody else gets it from the network. */
export interface AddressBook {
  /** CAIP-2 id, e.g. `eip155:31337`. */
  readonly chain: string;
  /** Nothing of the network is in an earlier block. */
  readonly deploymentBlock: number;
  /** 0x, lower case. */
  readonly contracts: {
    readonly workToken: string;
    readonly credit: string;
    readonly nodeRegistry: string;
    readonly bondVault: string;
    readonly settlement: string;
    readonly eraChallenges: string;
  };
}

export type ContractName = keyof AddressBook['contracts'];

export function contractAddress(addressBook: AddressBook, contract: ContractName): Address {
  return addressOf(addressBook.contracts[contract], `addressBook.contracts.${contract}`);
}

/** Chain id of a CAIP-2 id. Errors: CHAIN-RANGE. */
export function chainIdOf(chain: string): number {
  const [, digits] = /^eip155:([1-9][0-9]{0,15})$/.exec(chain) ?? [];
  if (digits === undefined)
    throw new ChainRefusal('CHAIN-RANGE', { where: 'chain', expected: 'eip155:<id>', got: chain });
  return Number(digits);
}

/** What to refuse a node with that is of another chain. */
export function wrongChain(expected: number, got: number): ChainRefusal {
  return new ChainRefusal('CHAIN-WRONG-CHAIN-ID', { where: 'rpcUrl', expected: `chain ${expected}`, got: `${got}` });
}

/** Errors: CHAIN-WRONG-CHAIN-ID, CHAIN-ADDRESS-BOOK (nothing is deployed at an address), CHAIN-RPC-UNREACHABLE. */
export async function checkAddressBook(rpc: Rpc, addressBook: AddressBook): Promise<void> {
  const expected = chainIdOf(addressBook.chain);
  const got = await asking('eth_chainId', () => rpc.getChainId());
  if (got !== expected) throw wrongChain(expected, got);
  const names = Object.keys(addressBook.contracts) as ContractName[];
  await Promise.all(names.map((name) => checkCode(rpc, addressBook, name)));
}

async function checkCode(rpc: Rpc, addressBook: AddressBook, contract: ContractName): Promise<void> {
  const address = contractAddress(addressBook, contract);
  const code = await asking('eth_getCode', () => rpc.getCode({ address }));
  if (code !== undefined && code !== '0x') return;
  const where = `addressBook.contracts.${contract}`;
  throw new ChainRefusal('CHAIN-ADDRESS-BOOK', { where, expected: 'a contract', got: `nothing at ${address}` });
}
