import { bytesToHex, type Hex } from 'viem';
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { ChainRefusal } from './refusal.ts';

/** The chain id that anvil and its like have; contracts relax their shortest windows there. */
export const LOCAL_CHAIN_ID = 31337;

export interface ChainAccount {
  /** 0x and 40 hex characters, lower case. */
  readonly address: string;
  /** 0x and 64 hex characters. */
  readonly privateKey: string;
}

/** An account of the EVM: of the given key (0x and 64 hex characters), else of a new one. Errors: CHAIN-RANGE. */
export function newAccount(privateKey: string = generatePrivateKey()): ChainAccount {
  return { address: signerOf(privateKey).address.toLowerCase(), privateKey };
}

/** Signs with the key; the one place where a private key becomes a signer. Errors: CHAIN-RANGE. */
export function signerOf(privateKey: string) {
  try {
    return privateKeyToAccount(privateKey as Hex);
  } catch {
    // The key itself must not get into a message or a cause.
    throw new ChainRefusal('CHAIN-RANGE', { where: 'privateKey', expected: '0x and 64 hex characters' });
  }
}

/**
 * One of the accounts that every local chain gives gas money to, by index. Their mnemonic is public: worthless anywhere
 * but on a developer's own chain.
 */
export function devAccount(index: number): ChainAccount {
  const account = mnemonicToAccount('test test test test test test test test test test test junk', {
    addressIndex: index,
  });
  return newAccount(bytesToHex(account.getHdKey().privateKey!));
}
