import type { Grains } from '@stannary/kernel';
import { fromHex, publicPointOf, spkiOfPoint, toHex } from '@stannary/wire';
import { type Address, type Hex, hexToBytes, stringToHex } from 'viem';
import { ChainRefusal } from './refusal.ts';

// The border between this house's values and the EVM's: grains are numbers here and uint128 there, 32-byte ids are bare
// hex here and bytes32 there. Whatever does not fit is refused, never cut.

const UINT128_MAX = (1n << 128n) - 1n;

/** Errors: CHAIN-RANGE unless it is a safe integer ≥ 0. */
export function uintOf(value: number, where: string): bigint {
  if (!Number.isSafeInteger(value) || value < 0) throw range(where, 'an integer in 0–2^53-1', value);
  return BigInt(value);
}

/** Errors: CHAIN-RANGE unless it is an integer in 0–max. */
export function uint32Of(value: number, where: string, max = 0xffffffff): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw range(where, `an integer in 0–${max}`, value);
  return value;
}

/** A lifetime sum, as bigint or as the decimal string of JSON. Errors: CHAIN-RANGE unless it is in 0–2^128-1. */
export function uint128Of(value: bigint | string, where: string): bigint {
  if (typeof value === 'string' && !/^(0|[1-9][0-9]{0,38})$/.test(value))
    throw range(where, 'a decimal integer', value);
  const amount = BigInt(value);
  if (amount < 0n || amount > UINT128_MAX) throw range(where, '0–2^128-1', amount);
  return amount;
}

/** Errors: CHAIN-RANGE when the chain's amount does not fit a safe integer. */
export function grainsOf(value: bigint, where: string): Grains {
  return numberOf(value, where) as Grains;
}

/** Errors: CHAIN-RANGE when the chain's integer is not a safe one. */
export function numberOf(value: bigint, where: string): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw range(where, '0–2^53-1', value);
  return Number(value);
}

/** bytes32 of 64 hex characters. Errors: CHAIN-RANGE. */
export function bytes32Of(hex: string, where: string): Hex {
  if (typeof hex !== 'string' || !/^[0-9a-f]{64}$/.test(hex)) throw range(where, '64 lower-case hex characters', hex);
  return `0x${hex}`;
}

/** 64 hex characters of bytes32. */
export function hexOf(bytes32: Hex): string {
  return bytes32.slice(2).toLowerCase();
}

/** Errors: CHAIN-RANGE unless it is 0x and 40 hex characters, in lower case. */
export function addressOf(address: string, where: string): Address {
  if (typeof address !== 'string' || !/^0x[0-9a-f]{40}$/.test(address)) {
    throw range(where, 'an address in lower case', address);
  }
  return address as Address;
}

/** A name as contracts keep it: ASCII, padded with zero bytes. Errors: CHAIN-RANGE unless it is 1–32 of [a-z0-9-]. */
export function nameBytes(name: string, where: string): Hex {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) throw range(where, '1–32 of a–z, 0–9 and hyphen', name);
  return stringToHex(name, { size: 32 });
}

/** The name in a bytes32; hex where an arbiter wrote something that is no name. */
export function nameOf(bytes32: Hex): string {
  const bytes = hexToBytes(bytes32);
  const text = String.fromCharCode(...bytes).replace(/\0+$/, '');
  return /^[a-z0-9-]+$/.test(text) ? text : hexOf(bytes32);
}

/** The printable ASCII in a bytes32, padded with zero bytes; hex where it is none. */
export function textOf(bytes32: Hex): string {
  const text = String.fromCharCode(...hexToBytes(bytes32)).replace(/\0+$/, '');
  return /^[ -~]+$/.test(text) ? text : hexOf(bytes32);
}

/** Coordinates of a P-256 key. Errors: those of wire's HEX-FORM and KEY-SPKI. */
export function pointOf(spki: string): { readonly x: Hex; readonly y: Hex } {
  const { x, y } = publicPointOf(fromHex(spki));
  return { x: `0x${toHex(x)}`, y: `0x${toHex(y)}` };
}

/** SubjectPublicKeyInfo (DER, hex) of a P-256 key's coordinates. */
export function spkiOf(x: Hex, y: Hex): string {
  return toHex(spkiOfPoint(hexToBytes(x), hexToBytes(y)));
}

function range(where: string, expected: string, got: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-RANGE', { where, expected, got: String(got) });
}
