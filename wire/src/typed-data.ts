import { addressBytes, concatBytes, fromHex } from './bytes.ts';
import { keccak256 } from './hash.ts';
import { nameOf, WireRefusal } from './refusal.ts';

// EIP-712 for messages of flat structs: what a wallet shows and signs, and what a contract hashes for less than it costs
// to rebuild bytes of another format.

/** A contract that messages are signed for. */
export interface TypedDomain {
  readonly name: string;
  readonly version: string;
  /** CAIP-2 id of an EVM chain, e.g. `eip155:31337`. */
  readonly chain: string;
  /** 0x and lower case. */
  readonly contract: string;
}

const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';

/** The domain's separator, 32 bytes. Errors: CHANNEL-CHAIN, HEX-FORM. */
export function domainSeparator({ name, version, chain, contract }: TypedDomain): Uint8Array {
  const chainId = /^eip155:(\d{1,16})$/.exec(chain)?.[1];
  if (chainId === undefined)
    throw new WireRefusal('CHANNEL-CHAIN', { expected: 'eip155 and the number of a chain', got: nameOf(chain) });
  return structHash(textHash(DOMAIN_TYPE), [
    textHash(name),
    textHash(version),
    integerWord(Number(chainId), 'chain'),
    addressWord(contract, 'contract'),
  ]);
}

/** What is signed: keccak256(0x19 01 ‖ separator ‖ keccak256(type's hash ‖ words)). */
export function typedDigest(separator: Uint8Array, typeHash: Uint8Array, words: readonly Uint8Array[]): Uint8Array {
  return keccak256(concatBytes(PREFIX, separator, structHash(typeHash, words)));
}

/** keccak256 of ASCII text. */
export function textHash(ascii: string): Uint8Array {
  return keccak256(Uint8Array.from(ascii, (character) => character.charCodeAt(0)));
}

/** Errors: HEX-FORM. */
export function addressWord(address: string, where: string): Uint8Array {
  return concatBytes(new Uint8Array(12), addressBytes(address, where));
}

/** 32 bytes of 64 hex characters. Errors: HEX-FORM. */
export function hashWord(hash: string, where: string): Uint8Array {
  return fromHex(hash, 32, where);
}

/** Errors: MESSAGE-FIELD. */
export function integerWord(value: number, where: string): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new WireRefusal('MESSAGE-FIELD', { expected: 'an unsigned integer', got: nameOf(value), where });
  const word = new Uint8Array(32);
  new DataView(word.buffer).setBigUint64(24, BigInt(value));
  return word;
}

const PREFIX = Uint8Array.of(0x19, 0x01);

function structHash(typeHash: Uint8Array, words: readonly Uint8Array[]): Uint8Array {
  return keccak256(concatBytes(typeHash, ...words));
}
