import { concat, type Hex, numberToHex } from 'viem';
import { asking, type Rpc } from '../rpc.ts';

/** Which way signatures of devices are verified on a chain: about 7k gas, or 250k. */
export type P256 = 'precompile' | 'fallback';

const PRECOMPILE: Hex = '0x0000000000000000000000000000000000000100';
/** The vector that `P256Sha256Verifier` asks with: Wycheproof, ecdsa_secp256r1_sha256_p1363, r = 5 and s = 1. */
const HASH: Hex = '0xbb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023';
const X: Hex = '0xa71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac957';
const Y: Hex = '0x5d47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b';
const OTHER_HASH: Hex = '0x0000000000000000000000000000000000000000000000000000000000000001';

/** Whether the chain has EIP-7951's precompile; one that says yes to the wrong hash as well is none. Errors: CHAIN-RPC-UNREACHABLE. */
export async function p256Of(rpc: Rpc): Promise<P256> {
  const [right, wrong] = await Promise.all([says(rpc, HASH), says(rpc, OTHER_HASH)]);
  return right && !wrong ? 'precompile' : 'fallback';
}

async function says(rpc: Rpc, hash: Hex): Promise<boolean> {
  const [r, s] = [numberToHex(5, { size: 32 }), numberToHex(1, { size: 32 })];
  const data = concat([hash, r, s, X, Y]);
  const { data: answer } = await asking('eth_call', () => rpc.call({ to: PRECOMPILE, data }));
  return answer !== undefined && answer.length === 66 && BigInt(answer) === 1n;
}
