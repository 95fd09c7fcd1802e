import { nameOf, WireRefusal } from './refusal.ts';

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex without prefix. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (let index = 0; index < bytes.length; index++) hex += HEX_PAIRS[bytes[index]!];
  return hex;
}

/**
 * Bytes of lower-case hex without prefix; of exactly `byteLength` bytes where that is given.
 * Errors: HEX-FORM (another alphabet, upper case, an odd or another length), where = `where`.
 */
export function fromHex(hex: string, byteLength?: number, where?: string): Uint8Array {
  if (typeof hex !== 'string') throw hexForm(hex, byteLength, where);
  const length = byteLength ?? hex.length >> 1;
  if (hex.length !== length * 2) throw hexForm(hex, byteLength, where);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const value = (nibble(hex.charCodeAt(index * 2)) << 4) | nibble(hex.charCodeAt(index * 2 + 1));
    if (value < 0) throw hexForm(hex, byteLength, where);
    bytes[index] = value;
  }
  return bytes;
}

/** The 20 bytes of an EVM address. Errors: HEX-FORM unless it is 0x and 40 lower-case hex characters. */
export function addressBytes(address: string, where = 'address'): Uint8Array {
  if (typeof address !== 'string' || !address.startsWith('0x'))
    throw new WireRefusal('HEX-FORM', { expected: 'an address after 0x', got: nameOf(address), where });
  return fromHex(address.slice(2), 20, where);
}

/** The parts one after another. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Negative, zero or positive as `left` sorts before, with or after `right`, bytewise; a prefix sorts first. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** -1 for what is not a lower-case hex digit, so that any bad digit makes the whole byte negative. */
function nibble(character: number): number {
  if (character >= 48 && character <= 57) return character - 48;
  return character >= 97 && character <= 102 ? character - 87 : -1;
}

function hexForm(got: unknown, byteLength: number | undefined, where: string | undefined): WireRefusal {
  const size = byteLength === undefined ? 'pairs of' : `${byteLength * 2}`;
  return new WireRefusal('HEX-FORM', {
    expected: `${size} lower-case hex characters`,
    got: nameOf(got),
    ...(where === undefined ? {} : { where }),
  });
}
