import { addressBytes, fromHex, toHex } from '@stannary/wire';
import { decodeAbiParameters, encodeAbiParameters, hexToBytes } from 'viem';
import { fastKeccak256 } from './keccak.ts';

// Leaves of an era's five trees, byte for byte as the contracts' EraLeaf has them, and what their hashes stand for.

/** In the order of the contracts. */
export const ERA_TREES = ['accrual', 'voids', 'direct', 'payout', 'params'] as const;
export type EraTreeName = (typeof ERA_TREES)[number];

/** Bytes of a tree's leaves, and of them those that it is sorted by. */
export const LEAF_BYTES: Readonly<Record<EraTreeName, { readonly leaf: number; readonly key: number }>> = {
  accrual: { leaf: 126, key: 61 },
  voids: { leaf: 126, key: 61 },
  direct: { leaf: 52, key: 20 },
  payout: { leaf: 52, key: 20 },
  params: { leaf: 73, key: 9 },
};

/** A leaf is the first or the last of its account, so that two leaves show a whole range. */
export const EDGE = { first: 1, last: 2 } as const;
/** In the place of a node: the take of a whole era, which is no node's. */
export const TAKE_NODE = 'f'.repeat(64);
export const TAKE_CLASS = 255;
/** End of a piece without one. */
export const NOWHERE = 2n ** 64n - 1n;
export const NO_HASH = '0'.repeat(64);

export interface Amounts {
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** Leaf of the accrual and of the void tree. Hashes are 64 hex characters, accounts 0x and lower case. */
export interface EraEntry extends Amounts {
  readonly account: string;
  readonly nodeId: string;
  readonly epoch: number;
  readonly classIndex: number;
  /** Sum of EDGE's. */
  readonly edges: number;
  /** `hashOf(encodeInputs(…))`; zeros for a take. */
  readonly inputsHash: string;
}

/** Leaf of the direct and of the payout tree. */
export interface AccountLeaf extends Amounts {
  readonly account: string;
}

/** One charge: up(ncuMs * price + coveredNcuMs * coveredPrice), prices in micrograins per NCU·s. */
export interface AccrualLine {
  readonly ncuMs: bigint;
  readonly price: bigint;
  readonly coveredNcuMs: bigint;
  readonly coveredPrice: bigint;
}

/**
 * All that a node's result of an epoch follows from, beside its class's rules. Amounts: grains, NCU·ms; unsigned integers of 64
 * bits, as a poster may write any.
 */
export interface AccrualInputs {
  readonly auditNcuMs: bigint;
  readonly reservedNcuMs: bigint;
  readonly reservedGrains: bigint;
  readonly bondGrains: bigint;
  readonly operatorWeight: bigint;
  /** Of the node's last batch that was settled by then; 0: it never sent one. */
  readonly lastSeq: bigint;
  readonly batchId: string;
  /** The device's signature of that batch. */
  readonly r: string;
  readonly s: string;
  readonly lines: readonly AccrualLine[];
}

/** Rules and sums of one class in one epoch. */
export interface ClassParams {
  readonly epoch: bigint;
  readonly classIndex: number;
  /** As the node registry has it: 64 hex characters. */
  readonly className: string;
  readonly economyHash: string;
  readonly emissionGrains: bigint;
  /** What the class's nodes charged, take included. */
  readonly chargedGrains: bigint;
  readonly weight: bigint;
  readonly operatorCapPpm: bigint;
  readonly takePpm: bigint;
  readonly curve: ChainCurve;
}

/** A curve as contracts compute it; `other`: its tokens are taken as posted. */
export interface ChainCurve {
  readonly kind: 'linear-capped' | 'perspective' | 'other';
  readonly kappaNumerator: bigint;
  readonly kappaDenominator: bigint;
  /** Where each piece ends, as a share of the work that the bond covers; NOWHERE: nowhere. */
  readonly untilPpm: readonly bigint[];
  /** Weight of a unit of work on each piece. */
  readonly slopePpm: readonly bigint[];
}

export function encodeEntry(entry: EraEntry): Uint8Array {
  const bytes = new Uint8Array(LEAF_BYTES.accrual.leaf);
  const view = new DataView(bytes.buffer);
  bytes.set(addressBytes(entry.account));
  bytes.set(fromHex(entry.nodeId), 20);
  view.setBigUint64(52, BigInt(entry.epoch));
  bytes[60] = entry.classIndex;
  bytes[61] = entry.edges;
  bytes.set(fromHex(entry.inputsHash), 62);
  writeAmounts(view, 94, entry);
  return bytes;
}

export function decodeEntry(leaf: Uint8Array): EraEntry {
  const view = new DataView(leaf.buffer, leaf.byteOffset);
  return {
    account: `0x${toHex(leaf.subarray(0, 20))}`,
    nodeId: toHex(leaf.subarray(20, 52)),
    epoch: Number(view.getBigUint64(52)),
    classIndex: leaf[60]!,
    edges: leaf[61]!,
    inputsHash: toHex(leaf.subarray(62, 94)),
    ...amountsOf(leaf),
  };
}

export function encodeAccount({ account, ...amounts }: AccountLeaf): Uint8Array {
  const bytes = new Uint8Array(LEAF_BYTES.payout.leaf);
  bytes.set(addressBytes(account));
  writeAmounts(new DataView(bytes.buffer), 20, amounts);
  return bytes;
}

/** The leaf of rules in the params tree, which adds up what was charged and what may be divided. */
export function encodeRules(
  { epoch, classIndex, emissionGrains, chargedGrains }: ClassParams,
  paramsHash: string,
): Uint8Array {
  const bytes = new Uint8Array(LEAF_BYTES.params.leaf);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, epoch);
  bytes[8] = classIndex;
  bytes.set(fromHex(paramsHash), 9);
  writeAmounts(view, 41, { credits: chargedGrains, tokens: emissionGrains });
  return bytes;
}

/** Epoch, class and hash of a leaf of the params tree. */
export function decodeRules(leaf: Uint8Array): { epoch: number; classIndex: number; paramsHash: string } {
  const epoch = Number(new DataView(leaf.buffer, leaf.byteOffset).getBigUint64(0));
  return { epoch, classIndex: leaf[8]!, paramsHash: toHex(leaf.subarray(9, 41)) };
}

/** The account of any leaf but the params'. */
export function accountOf(leaf: Uint8Array): string {
  return `0x${toHex(leaf.subarray(0, 20))}`;
}

/** A leaf's own sums: its last 32 bytes. */
export function amountsOf(leaf: Uint8Array): Amounts {
  const view = new DataView(leaf.buffer, leaf.byteOffset + leaf.length - 32);
  const amount = (at: number) => (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
  return { credits: amount(0), tokens: amount(16) };
}

/** Keccak-256, 64 hex characters. */
export function hashOf(content: Uint8Array): string {
  return toHex(fastKeccak256(content));
}

const LINE_WORDS = 4;
/** Words before the lines: the offset, nine fields, the lines' offset and their number. */
const HEAD_WORDS = 12;

/** The inputs as the contract encodes them. Written by hand: there is one for each node and epoch. */
export function encodeInputs(inputs: AccrualInputs): Uint8Array {
  const { lines } = inputs;
  const bytes = new Uint8Array(32 * (HEAD_WORDS + LINE_WORDS * lines.length));
  const view = new DataView(bytes.buffer);
  const integer = (word: number, value: bigint) => view.setBigUint64(32 * word + 24, value);
  const numbers = [inputs.auditNcuMs, inputs.reservedNcuMs, inputs.reservedGrains, inputs.bondGrains];
  integer(0, 32n);
  [...numbers, inputs.operatorWeight, inputs.lastSeq].forEach((value, at) => void integer(1 + at, value));
  [inputs.batchId, inputs.r, inputs.s].forEach((hash, at) => void bytes.set(fromHex(hash), 32 * (7 + at)));
  integer(10, 320n);
  integer(11, BigInt(lines.length));
  lines.forEach(({ ncuMs, price, coveredNcuMs, coveredPrice }, line) => {
    [ncuMs, price, coveredNcuMs, coveredPrice].forEach((value, at) => {
      integer(HEAD_WORDS + LINE_WORDS * line + at, value);
    });
  });
  return bytes;
}

/** Errors: viem's, for bytes that are no inputs. */
export function decodeInputs(content: Uint8Array): AccrualInputs {
  const [inputs] = decodeAbiParameters([INPUTS_TYPE], content);
  return inputsFromChain(inputs);
}

export function inputsFromChain(inputs: ReturnType<typeof inputsToChain>): AccrualInputs {
  const { batchId, r, s } = inputs;
  return { ...inputs, batchId: batchId.slice(2), r: r.slice(2), s: s.slice(2) };
}

/** The rules as the contract encodes them. */
export function encodeParams(params: ClassParams): Uint8Array {
  return hexToBytes(encodeAbiParameters([PARAMS_TYPE], [paramsToChain(params)]));
}

/** Errors: viem's, for bytes that are no rules. */
export function decodeParams(content: Uint8Array): ClassParams {
  const [params] = decodeAbiParameters([PARAMS_TYPE], content);
  return paramsFromChain(params);
}

export function paramsFromChain(params: ReturnType<typeof paramsToChain>): ClassParams {
  const { className, economyHash, curve } = params;
  const hashes = { className: className.slice(2), economyHash: economyHash.slice(2) };
  return { ...params, ...hashes, curve: { ...curve, kind: CURVE_KINDS[curve.kind] ?? 'other' } };
}

export function paramsToChain({ className, economyHash, curve, ...numbers }: ClassParams) {
  return {
    ...numbers,
    className: `0x${className}`,
    economyHash: `0x${economyHash}`,
    curve: { ...curve, kind: CURVE_KINDS.indexOf(curve.kind) },
  } as const;
}

export function inputsToChain({ batchId, r, s, ...inputs }: AccrualInputs) {
  return { ...inputs, batchId: `0x${batchId}`, r: `0x${r}`, s: `0x${s}` } as const;
}

/** In the order of the contracts. */
const CURVE_KINDS: readonly ChainCurve['kind'][] = ['linear-capped', 'perspective', 'other'];

const uint64 = <const Name extends string>(name: Name) => ({ name, type: 'uint64' }) as const;
const bytes32 = <const Name extends string>(name: Name) => ({ name, type: 'bytes32' }) as const;

const INPUTS_TYPE = {
  type: 'tuple',
  components: [
    uint64('auditNcuMs'),
    uint64('reservedNcuMs'),
    uint64('reservedGrains'),
    uint64('bondGrains'),
    uint64('operatorWeight'),
    uint64('lastSeq'),
    bytes32('batchId'),
    bytes32('r'),
    bytes32('s'),
    {
      name: 'lines',
      type: 'tuple[]',
      components: [uint64('ncuMs'), uint64('price'), uint64('coveredNcuMs'), uint64('coveredPrice')],
    },
  ],
} as const;

const PARAMS_TYPE = {
  type: 'tuple',
  components: [
    uint64('epoch'),
    { name: 'classIndex', type: 'uint8' },
    bytes32('className'),
    bytes32('economyHash'),
    uint64('emissionGrains'),
    uint64('chargedGrains'),
    uint64('weight'),
    uint64('operatorCapPpm'),
    uint64('takePpm'),
    {
      name: 'curve',
      type: 'tuple',
      components: [
        { name: 'kind', type: 'uint8' },
        uint64('kappaNumerator'),
        uint64('kappaDenominator'),
        { name: 'untilPpm', type: 'uint64[]' },
        { name: 'slopePpm', type: 'uint64[]' },
      ],
    },
  ],
} as const;

function writeAmounts(view: DataView, at: number, { credits, tokens }: Amounts): void {
  [credits, tokens].forEach((amount, index) => {
    view.setBigUint64(at + 16 * index, amount >> 64n);
    view.setBigUint64(at + 16 * index + 8, amount & 0xffff_ffff_ffff_ffffn);
  });
}
