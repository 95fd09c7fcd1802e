import { type Hex, hexToBytes, keccak256 } from 'viem';

/** Places of the three bits that stand for something in a header's Bloom filter of 2048. */
export type BloomBits = readonly [number, number, number];

/** Source: Ethereum yellow paper, section 4.4.1, M3:2048: the low 11 bits of the hash's first three pairs of bytes. */
export function bloomBits(address: Hex): BloomBits {
  const hash = hexToBytes(keccak256(address));
  const bit = (at: number) => ((hash[at]! << 8) | hash[at + 1]!) & 2_047;
  return [bit(0), bit(2), bit(4)];
}

/** False: it has no log in the block. True: it may have, and in a crowded block may well not. */
export function mayHaveLogs(logsBloom: string, bits: BloomBits): boolean {
  return bits.every((bit) => {
    const nibble = Number.parseInt(logsBloom[logsBloom.length - 1 - (bit >> 2)]!, 16);
    return ((nibble >> (bit & 3)) & 1) === 1;
  });
}
