import { BURN_ACCOUNT } from '@stannary/kernel';
import {
  ACCEPTED,
  addressBytes,
  batchId,
  concatBytes,
  decodeBatchHeader,
  decodeReceipt,
  fromHex,
  publicPointOf,
  signStructure,
  toHex,
} from '@stannary/wire';
import { accrualOf, isWellFormed } from './accrual.ts';
import { type EraHeader, headerToChain, nodeToChain, spanToChain } from './era-header.ts';
import {
  type AccrualInputs,
  accountOf,
  amountsOf,
  type ClassParams,
  decodeEntry,
  decodeInputs,
  decodeParams,
  decodeRules,
  EDGE,
  ERA_TREES,
  type EraEntry,
  type EraTreeName,
  encodeInputs,
  encodeParams,
  hashOf,
  inputsToChain,
  LEAF_BYTES,
  NO_HASH,
  paramsToChain,
  TAKE_CLASS,
  TAKE_NODE,
} from './era-leaf.ts';
import { falsePadding, nextToAsk, type ShownLeaf, treeWithShown } from './era-shown.ts';
import {
  type EraTree,
  isEmptyRecord,
  leafHash,
  nodeHash,
  type Span,
  type TreeNode,
  type TreeRoot,
  treeOfHex,
  treeRootHash,
} from './era-tree.ts';
import type { BatchMessage, EraBundle, EraTrees, PublishedTrees } from './era-trees.ts';
import { uint32Of } from './values.ts';

// What is wrong with a posted era, in the form in which the contract proves it.

/** Charges of a leaf that is shown: nodes pass on transactions of 128 KiB, and each takes 128 bytes of it. */
const SHOWN_LINES_MAX = 900;

/** What of a posted era lies open. */
export interface PostedEra {
  /** The era's, its parent's (from era 1 on), and that of the era whose holdback ends unless it is the parent. */
  readonly headers: readonly EraHeader[];
  /** Which header is of the era whose holdback ends; 0: none. */
  readonly earned: number;
  readonly trees: Readonly<Record<EraTreeName, EraTree>>;
  readonly parentPayout: EraTree;
  readonly earnedAccrual: EraTree;
  /** Inputs and rules by their hash, as far as they are published. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** By batch id, as far as they are published. */
  readonly batches: ReadonlyMap<string, BatchMessage>;
  /** What of it was asked for and shown on the chain. */
  readonly shown: readonly ShownLeaf[];
  /** SubjectPublicKeyInfo of nodes, hex. */
  readonly keys: ReadonlyMap<string, string>;
  readonly epochsPerEra: number;
  /** Insurance, treasury and burn. */
  readonly takePayees: ReadonlySet<string>;
  /** Whether a key signed a message (ES256, r ‖ s). */
  readonly verify: (spki: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  /** Places (`challengePlace`) of which the contract said that nothing is proven: something else is to be found. */
  readonly refused?: ReadonlySet<string>;
  /** Takes the first question, which waits until nothing can be proven. Absent: a question is a finding as any other. */
  readonly asks?: EraChallenge[];
}

/** Whoever looks at an era: whose keys are whose, and how a signature is verified. */
export type Witness = Pick<PostedEra, 'keys' | 'epochsPerEra' | 'refused' | 'verify'>;

/**
 * A posted era as it lies open: the headers as on the chain, the leaves as the poster publishes them, and beside them what
 * the statements say. Where the published leaves are not the posted ones, those are thought to be what the statements make
 * but for what was shown.
 * Errors: HEX-FORM.
 */
export function openEra(
  headers: readonly EraHeader[],
  published: PublishedTrees,
  bundle: EraBundle,
  rebuilt: EraTrees,
  witness: Witness,
  shown: readonly ShownLeaf[] = [],
): PostedEra {
  const trees = ERA_TREES.map((name) => {
    const tree = treeOfHex(published.leaves[name]);
    const isPosted = tree.root.root === headers[0]![name].root || shown.every((leaf) => leaf.tree !== name);
    return [name, isPosted ? tree : treeWithShown(rebuilt[name], name, shown)];
  });
  const proofs = shown.flatMap(({ proof }) => proof ?? []);
  const contents = [
    ...[...published.contents, ...proofs.flatMap(({ content }) => content ?? [])].map((content) => fromHex(content)),
    ...(shown.length === 0 ? [] : rebuilt.contents.values()),
  ];
  const batches = proofs.flatMap(({ content, batch }): [string, BatchMessage][] =>
    content === null || batch === null ? [] : [[decodeInputs(fromHex(content)).batchId, batch]],
  );
  const earned = bundle.heldBack === null ? 0 : headers.length - 1;
  return {
    ...witness,
    takePayees: new Set([bundle.accounts.insurance, bundle.accounts.treasury, BURN_ACCOUNT]),
    headers,
    earned,
    trees: Object.fromEntries(trees) as Record<EraTreeName, EraTree>,
    parentPayout: rebuilt.before.payout,
    earnedAccrual: rebuilt.before.accrual,
    contents: new Map(contents.map((content) => [hashOf(content), content])),
    batches: new Map([...bundle.batches.map(({ batchId, message }) => [batchId, message] as const), ...batches]),
    shown,
  };
}

interface Rules {
  readonly params: ClassParams;
  readonly span: Span | null;
}

/** One function of the contract and what it is called with, beside the headers. */
export type EraChallenge =
  | { readonly kind: 'order'; readonly tree: EraTreeName; readonly span: Span }
  | { readonly kind: 'totals'; readonly tree: EraTreeName; readonly top: TreeNode; readonly leafCount: number }
  | {
      readonly kind: 'sums';
      readonly tree: EraTreeName;
      readonly node: TreeNode;
      readonly level: number;
      readonly index: number;
      readonly path: string;
      readonly content: string;
    }
  | {
      readonly kind: 'payout';
      readonly account: string;
      readonly payout: Span | null;
      readonly parent: Span | null;
      readonly accrual: Span | null;
      readonly direct: Span | null;
      readonly voids: Span | null;
    }
  | { readonly kind: 'void'; readonly voided: Span; readonly accrued: Span | null }
  | { readonly kind: 'accrual'; readonly accrued: Span; readonly inputs: AccrualInputs; readonly rules: Rules }
  | { readonly kind: 'params'; readonly rules: Rules }
  | {
      readonly kind: 'batch';
      readonly accrued: Span;
      readonly inputs: AccrualInputs;
      readonly message: BatchMessage;
      readonly key: string;
    }
  | {
      readonly kind: 'omission';
      readonly accrued: Span;
      readonly inputs: AccrualInputs;
      readonly message: BatchMessage;
      readonly receipt: SignedReceipt;
    }
  /** Nothing can be shown before the poster has shown this leaf; unanswered, `challengeWithheld` voids the era. */
  | { readonly kind: 'ask'; readonly tree: EraTreeName; readonly index: number };

/**
 * The first thing found wrong with a posted era; null where there is none that a contract can see. `rebuilt` are the trees
 * that the statements make (`eraTreesOf`): whose node a node is comes from there. An honest era gives null.
 *
 * Where all leaves are published, what can be proven at once comes before questions: a poster that keeps batches to itself
 * has as many questions asked as it likes, and answers each at the last moment.
 */
export function findChallenge(posted: PostedEra, rebuilt: EraTrees): EraChallenge | null {
  const isOpen = ERA_TREES.every((tree) => posted.trees[tree].root.root === posted.headers[0]![tree].root);
  if (!isOpen) return findFirst(posted, rebuilt);
  const asks: EraChallenge[] = [];
  return findFirst({ ...posted, asks }, rebuilt) ?? asks[0] ?? null;
}

function findFirst(posted: PostedEra, rebuilt: EraTrees): EraChallenge | null {
  for (const tree of ERA_TREES) {
    const found = unlessRefused(posted, findInTree(posted, tree));
    if (found !== null) return found;
  }
  return (
    findInRules(posted) ??
    findInAccruals(posted, nodesOf(rebuilt)) ??
    findInVoids(posted) ??
    findInPayouts(posted, rebuilt)
  );
}

/** What a challenge is about. Whoever serves false company for it has it refused there, whatever the company is. */
export function challengePlace(challenge: EraChallenge): string {
  const { kind } = challenge;
  const tree = 'tree' in challenge ? challenge.tree : '';
  const at = { level: 0, index: 0, span: null, account: '', voided: null, accrued: null, rules: null, ...challenge };
  const leaf = (at.span ?? at.voided ?? at.accrued ?? at.rules?.span)?.first ?? '';
  return [kind, tree, at.level, at.index, at.account, leaf].join(' ');
}

function unlessRefused({ refused, asks }: PostedEra, found: EraChallenge | null): EraChallenge | null {
  if (found === null || refused?.has(challengePlace(found))) return null;
  if (found.kind !== 'ask' || asks === undefined) return found;
  if (asks.length === 0) asks.push(found);
  return null;
}

/** The poster's receipt of a batch: r ‖ s with the lower s, hex. */
export interface SignedReceipt {
  readonly message: BatchMessage;
  readonly signature: string;
}

/** What a node keeps of a batch that was accepted. */
export interface ReceiptedBatch {
  readonly message: BatchMessage;
  readonly receipt: SignedReceipt;
}

/**
 * A receipted batch that a posted era leaves out though it can no longer be late, as its node proves it; null where there
 * is none. Errors: those of decodeBatchHeader and decodeReceipt.
 */
export function findOmission(
  posted: PostedEra,
  receipted: readonly ReceiptedBatch[],
  lateEpochs: number,
): EraChallenge | null {
  for (const { message, receipt } of receipted) {
    const { nodeId, epoch } = decodeBatchHeader(fromHex(message.payload));
    const { acceptedSeq, chainCode } = decodeReceipt(fromHex(receipt.message.payload));
    if (chainCode !== ACCEPTED) continue;
    for (const [index, leaf] of posted.trees.accrual.leaves.entries()) {
      const entry = decodeEntry(leaf);
      if (entry.nodeId !== nodeId || entry.epoch <= epoch + lateEpochs) continue;
      const inputs = inputsOf(posted.contents, entry.inputsHash);
      if (inputs === null || inputs.lastSeq >= BigInt(acceptedSeq)) continue;
      return { kind: 'omission', accrued: posted.trees.accrual.span(index), inputs, message, receipt };
    }
  }
  return null;
}

// ---- any tree

function findInTree({ headers, trees, shown }: PostedEra, name: EraTreeName): EraChallenge | null {
  const tree = trees[name];
  const header = headers[0]![name];
  const { root, leafCount, credits, tokens } = tree.root;
  if (root !== header.root) return header.leafCount === 0 ? null : findBehind(tree, name, header, shown);
  if (leafCount === 0) return null;
  if (credits !== header.credits || tokens !== header.tokens || leafCount !== header.leafCount)
    return { kind: 'totals', tree: name, top: tree.node(tree.depth, 0), leafCount };
  return findInNodes(tree, name) ?? findInOrder(tree, name);
}

/** Null where it was shown already, in a way that cannot be read. */
function askFor({ shown }: PostedEra, tree: EraTreeName, index: number): EraChallenge | null {
  return shown.some((leaf) => leaf.tree === tree && leaf.index === index) ? null : { kind: 'ask', tree, index };
}

/** The root may be of the same leaves and another count; else what it is of is not published, and is asked for. */
function findBehind(
  tree: EraTree,
  name: EraTreeName,
  header: TreeRoot,
  shown: readonly ShownLeaf[],
): EraChallenge | null {
  const { root, leafCount } = header;
  const isOfLeaves = tree.leafCount > 0 && treeRootHash(tree.record(tree.depth, 0), leafCount) === root;
  if (isOfLeaves && leafCount < tree.leafCount) {
    const node = tree.node(0, leafCount);
    return { kind: 'sums', tree: name, node, level: 0, index: leafCount, path: tree.pathOf(0, leafCount), content: '' };
  }
  const padding = falsePadding(header, name, shown);
  if (padding !== null) return { kind: 'sums', tree: name, ...padding, content: '' };
  const index = isOfLeaves ? tree.leafCount : nextToAsk(tree, header, name, shown);
  return index === null ? null : { kind: 'ask', tree: name, index };
}

function findInNodes(tree: EraTree, name: EraTreeName): EraChallenge | null {
  for (let level = 0; level <= tree.depth; level += 1) {
    const width = 2 ** (tree.depth - level);
    for (let index = 0; index < width; index += 1) {
      const found = findInNode(tree, name, level, index);
      if (found !== null) return found;
      // The padding on the right is alike.
      if (index * 2 ** level >= tree.leafCount) break;
    }
  }
  return null;
}

function findInNode(tree: EraTree, name: EraTreeName, level: number, index: number): EraChallenge | null {
  const record = tree.record(level, index);
  const isPadding = level === 0 && index >= tree.leafCount;
  if (isPadding && isEmptyRecord(record)) return null;
  const content = isPadding ? new Uint8Array(0) : contentOf(tree, level, index);
  const hash = level === 0 ? leafHash(content) : nodeHash(content);
  const node = tree.node(level, index);
  if (!isPadding && toHex(hash) !== node.hash) return { kind: 'ask', tree: name, index: index * 2 ** level };
  const sums = level === 0 ? amountsOf(content) : childrenSums(content);
  if (!isPadding && sums.credits === node.credits && sums.tokens === node.tokens) return null;
  return { kind: 'sums', tree: name, node, level, index, path: tree.pathOf(level, index), content: toHex(content) };
}

function contentOf(tree: EraTree, level: number, index: number): Uint8Array {
  if (level === 0) return tree.leaves[index]!;
  return concatBytes(tree.record(level - 1, 2 * index), tree.record(level - 1, 2 * index + 1));
}

function childrenSums(children: Uint8Array) {
  const [left, right] = [amountsOf(children.subarray(0, 64)), amountsOf(children.subarray(64))];
  return { credits: left.credits + right.credits, tokens: left.tokens + right.tokens };
}

function findInOrder(tree: EraTree, name: EraTreeName): EraChallenge | null {
  const last = tree.leafCount - 1;
  const order = (first: number, second = first): EraChallenge => ({
    kind: 'order',
    tree: name,
    span: tree.span(first, second),
  });
  const isOfNodes = name === 'accrual' || name === 'voids';
  if (isOfNodes && (tree.leaves[0]![61]! & EDGE.first) === 0) return order(0);
  if (isOfNodes && (tree.leaves[last]![61]! & EDGE.last) === 0) return order(last);
  for (let at = 0; at <= last; at += 1) {
    if (isOfNodes && tree.leaves[at]![61]! > EDGE.first + EDGE.last) return order(at);
    if (at < last && areWrong(name, tree.leaves[at]!, tree.leaves[at + 1]!)) return order(at, at + 1);
  }
  return null;
}

function areWrong(name: EraTreeName, leaf: Uint8Array, next: Uint8Array): boolean {
  const { key } = LEAF_BYTES[name];
  if (Buffer.compare(leaf.subarray(0, key), next.subarray(0, key)) >= 0) return true;
  if (name !== 'accrual' && name !== 'voids') return false;
  const changes = accountOf(leaf) !== accountOf(next);
  return ((leaf[61]! & EDGE.last) !== 0) !== changes || ((next[61]! & EDGE.first) !== 0) !== changes;
}

// ---- rules and accruals

function findInRules(posted: PostedEra): EraChallenge | null {
  const { trees, headers, contents, epochsPerEra } = posted;
  for (const [index, leaf] of trees.params.leaves.entries()) {
    const { epoch, classIndex, paramsHash } = decodeRules(leaf);
    const params = rulesOf(contents, paramsHash);
    if (params === null) {
      const ask = unlessRefused(posted, askFor(posted, 'params', index));
      if (ask !== null) return ask;
      continue;
    }
    const { credits, tokens } = amountsOf(leaf);
    const isRight =
      params.epoch === BigInt(epoch) &&
      params.classIndex === classIndex &&
      Math.floor(epoch / epochsPerEra) === headers[0]!.era &&
      isWellFormed(params.curve) &&
      credits === params.chargedGrains &&
      tokens === params.emissionGrains;
    if (isRight) continue;
    const found = unlessRefused(posted, { kind: 'params', rules: { params, span: trees.params.span(index) } });
    if (found !== null) return found;
  }
  return null;
}

/** Whose each node is, and its class, as the registry has it. */
type Nodes = ReadonlyMap<string, { readonly account: string; readonly className: string }>;

function nodesOf({ accrual, params, contents }: EraTrees): Nodes {
  const names = new Map<string, string>();
  for (const leaf of params.leaves) {
    const { epoch, classIndex, paramsHash } = decodeRules(leaf);
    names.set(`${epoch} ${classIndex}`, rulesOf(contents, paramsHash)!.className);
  }
  const entries = accrual.leaves.map(decodeEntry);
  return new Map(
    entries.map(({ nodeId, account, epoch, classIndex }) => [
      nodeId,
      { account, className: names.get(`${epoch} ${classIndex}`) ?? '' },
    ]),
  );
}

function findInAccruals(posted: PostedEra, nodes: Nodes): EraChallenge | null {
  const rules = posted.trees.params.leaves.map((leaf) => rulesOf(posted.contents, decodeRules(leaf).paramsHash));
  if (rules.includes(null)) return null;
  for (const [index, leaf] of posted.trees.accrual.leaves.entries()) {
    const found = unlessRefused(posted, shownOrAsked(findInAccrual(posted, nodes, index, decodeEntry(leaf)), index));
    if (found !== null) return found;
  }
  return null;
}

/** Found wrong, but with more behind it than fits into a transaction: then the poster cannot show it either. */
function shownOrAsked(found: EraChallenge | null, index: number): EraChallenge | null {
  const isTooLarge = found !== null && 'inputs' in found && found.inputs.lines.length > SHOWN_LINES_MAX;
  return isTooLarge ? { kind: 'ask', tree: 'accrual', index } : found;
}

function findInAccrual(posted: PostedEra, nodes: Nodes, index: number, entry: EraEntry): EraChallenge | null {
  const accrued = posted.trees.accrual.span(index);
  const { epochsPerEra, takePayees, headers } = posted;
  if (entry.nodeId === TAKE_NODE) {
    const isTake = entry.classIndex === TAKE_CLASS && entry.inputsHash === NO_HASH && entry.tokens === 0n;
    const isOfEra = entry.epoch === (headers[0]!.era + 1) * epochsPerEra - 1;
    const rules = { params: NO_PARAMS, span: null };
    return isTake && isOfEra && takePayees.has(entry.account)
      ? null
      : { kind: 'accrual', accrued, inputs: NO_INPUTS, rules };
  }
  const inputs = inputsOf(posted.contents, entry.inputsHash);
  if (inputs === null) return askFor(posted, 'accrual', index);
  const rules = rulesFor(posted, entry);
  const node = nodes.get(entry.nodeId);
  const isOfNode = node?.account === entry.account && node.className === rules?.params.className;
  const result = rules === null ? null : accrualOf(rules.params, inputs);
  const isRight = result?.credits === entry.credits && (result.tokens ?? entry.tokens) === entry.tokens;
  const isSound = rules !== null && isOfNode && isRight;
  const wrong = { kind: 'accrual', accrued, inputs, rules: rules ?? rulesGap(posted, entry) } as const;
  return (isSound ? null : unlessRefused(posted, wrong)) ?? findInBatch(posted, index, entry, inputs);
}

function rulesFor({ trees: { params }, contents }: PostedEra, entry: EraEntry): Rules | null {
  const span = params.around(rulesKey(entry));
  if (span === null || span.first !== span.last) return null;
  const { epoch, classIndex, paramsHash } = decodeRules(params.leaves[span.first]!);
  if (epoch !== entry.epoch || classIndex !== entry.classIndex) return null;
  return { params: rulesOf(contents, paramsHash)!, span };
}

function rulesGap({ trees: { params } }: PostedEra, entry: EraEntry): Rules {
  return { params: NO_PARAMS, span: params.around(rulesKey(entry)) };
}

function rulesKey({ epoch, classIndex }: EraEntry): Uint8Array {
  const key = new Uint8Array(LEAF_BYTES.params.key);
  new DataView(key.buffer).setBigUint64(0, BigInt(epoch));
  key[8] = classIndex;
  return key;
}

function findInBatch(posted: PostedEra, index: number, entry: EraEntry, inputs: AccrualInputs): EraChallenge | null {
  const accrued = posted.trees.accrual.span(index);
  const { lastSeq, lines, auditNcuMs } = inputs;
  const key = posted.keys.get(entry.nodeId) ?? '';
  if (inputs.batchId === NO_HASH) {
    const isIdle = lastSeq === 0n && lines.length === 0 && auditNcuMs === 0n;
    return isIdle ? null : { kind: 'batch', accrued, inputs, message: NO_MESSAGE, key };
  }
  const message = posted.batches.get(inputs.batchId);
  if (message === undefined || idOf(message) !== inputs.batchId) return askFor(posted, 'accrual', index);
  return isBatchOf(posted, message, entry, inputs) ? null : { kind: 'batch', accrued, inputs, message, key };
}

function idOf({ payload, aad }: BatchMessage): string {
  return batchId(fromHex(payload), fromHex(aad));
}

function isBatchOf(
  { keys, verify }: PostedEra,
  message: BatchMessage,
  entry: EraEntry,
  inputs: AccrualInputs,
): boolean {
  const [payload, aad] = [fromHex(message.payload), fromHex(message.aad)];
  const spki = keys.get(entry.nodeId);
  if (spki === undefined) return true;
  if (!verify(fromHex(spki), signStructure(payload, aad), fromHex(inputs.r + inputs.s))) return false;
  const { nodeId, epoch, seq } = headerOf(payload);
  return nodeId === entry.nodeId && BigInt(seq) === inputs.lastSeq && epoch <= entry.epoch;
}

/** What is no header is nobody's. */
function headerOf(payload: Uint8Array): { readonly nodeId: string; readonly epoch: number; readonly seq: number } {
  try {
    return decodeBatchHeader(payload);
  } catch {
    return { nodeId: '', epoch: 0, seq: 0 };
  }
}

// ---- voids and payouts

function findInVoids(posted: PostedEra): EraChallenge | null {
  const { trees, earnedAccrual } = posted;
  for (const [index, leaf] of trees.voids.leaves.entries()) {
    const accrued = earnedAccrual.around(leaf.subarray(0, LEAF_BYTES.accrual.key));
    if (accrued !== null && isCovered(leaf, earnedAccrual, accrued)) continue;
    const found = unlessRefused(posted, { kind: 'void', voided: trees.voids.span(index), accrued });
    if (found !== null) return found;
  }
  return null;
}

function isCovered(voided: Uint8Array, accrual: EraTree, accrued: Span): boolean {
  const [taken, earned] = [decodeEntry(voided), decodeEntry(accrual.leaves[accrued.first]!)];
  const { key } = LEAF_BYTES.accrual;
  const isSame = toHex(voided.subarray(0, key)) === accrued.firstLeaf.slice(0, 2 * key);
  return (
    accrued.first === accrued.last &&
    isSame &&
    taken.inputsHash === earned.inputsHash &&
    taken.credits <= earned.credits &&
    taken.tokens <= earned.tokens
  );
}

function findInPayouts(posted: PostedEra, rebuilt: EraTrees): EraChallenge | null {
  const { payout } = posted.trees;
  for (const account of new Set([...payout.leaves, ...rebuilt.payout.leaves].map(accountOf))) {
    if (addsUp(posted, addressBytes(account))) continue;
    const found = unlessRefused(posted, payoutChallenge(posted, account));
    if (found !== null) return found;
  }
  return null;
}

function addsUp({ trees, parentPayout, earnedAccrual }: PostedEra, account: Uint8Array): boolean {
  const [paid, taken] = [trees.payout.sum(account), trees.voids.sum(account)];
  const owed = [parentPayout, earnedAccrual, trees.direct].map((tree) => tree.sum(account));
  const credits = owed.reduce((sum, part) => sum + part.credits, 0n);
  const tokens = owed.reduce((sum, part) => sum + part.tokens, 0n);
  return paid.credits + taken.credits === credits && paid.tokens + taken.tokens === tokens;
}

function payoutChallenge({ trees, parentPayout, earnedAccrual }: PostedEra, account: string): EraChallenge {
  const prefix = addressBytes(account);
  return {
    kind: 'payout',
    account,
    payout: trees.payout.range(prefix),
    parent: parentPayout.range(prefix),
    accrual: earnedAccrual.range(prefix),
    direct: trees.direct.range(prefix),
    voids: trees.voids.range(prefix),
  };
}

// ---- what is published behind hashes

/** Null where nothing is, or bytes that no contract would take for inputs. */
function inputsOf(contents: PostedEra['contents'], hash: string): AccrualInputs | null {
  return canonical(contents, hash, decodeInputs, encodeInputs);
}

function rulesOf(contents: PostedEra['contents'], hash: string): ClassParams | null {
  return canonical(contents, hash, decodeParams, encodeParams);
}

function canonical<Content>(
  contents: PostedEra['contents'],
  hash: string,
  decode: (bytes: Uint8Array) => Content,
  encode: (content: Content) => Uint8Array,
): Content | null {
  const bytes = contents.get(hash);
  if (bytes === undefined) return null;
  try {
    const content = decode(bytes);
    return hashOf(encode(content)) === hash ? content : null;
  } catch {
    return null;
  }
}

const NO_MESSAGE: BatchMessage = { aad: '', payload: '' };
const NO_INPUTS: AccrualInputs = {
  auditNcuMs: 0n,
  reservedNcuMs: 0n,
  reservedGrains: 0n,
  bondGrains: 0n,
  operatorWeight: 0n,
  lastSeq: 0n,
  batchId: NO_HASH,
  r: NO_HASH,
  s: NO_HASH,
  lines: [],
};
const NO_PARAMS: ClassParams = {
  epoch: 0n,
  classIndex: 0,
  className: NO_HASH,
  economyHash: NO_HASH,
  emissionGrains: 0n,
  chargedGrains: 0n,
  weight: 0n,
  operatorCapPpm: 0n,
  takePpm: 0n,
  curve: { kind: 'other', kappaNumerator: 0n, kappaDenominator: 0n, untilPpm: [], slopePpm: [] },
};

// ---- as the contract takes it

/** The function of EraChallenges and its arguments. Errors: CHAIN-RANGE, KEY-SPKI. */
export function challengeCall(
  headers: readonly EraHeader[],
  challenge: EraChallenge,
): { readonly method: string; readonly args: readonly unknown[] } {
  const header = headerToChain(headers[0]!);
  const call = (method: string, ...args: unknown[]) => ({ method, args });
  switch (challenge.kind) {
    case 'order':
      return call('challengeOrder', header, treeNumber(challenge.tree), spanToChain(challenge.span));
    case 'totals': {
      const top = nodeToChain(challenge.top);
      const count = uint32Of(challenge.leafCount, 'leafCount');
      return call('challengeTotals', header, treeNumber(challenge.tree), top, count);
    }
    case 'sums': {
      const { tree, node, level, index, path, content } = challenge;
      const place = [BigInt(level), BigInt(index), `0x${path}`];
      return call('challengeSums', header, treeNumber(tree), nodeToChain(node), ...place, `0x${content}`);
    }
    case 'payout': {
      const { kind: _, account, ...spans } = challenge;
      const chain = Object.entries(spans).map(([name, span]) => [name, spanToChain(span)]);
      return call('challengePayout', headers.map(headerToChain), { account, ...Object.fromEntries(chain) });
    }
    case 'void': {
      const spans = [spanToChain(challenge.voided), spanToChain(challenge.accrued)];
      return call('challengeVoid', headers.map(headerToChain), ...spans);
    }
    case 'accrual': {
      const { accrued, inputs, rules } = challenge;
      return call('challengeAccrual', header, spanToChain(accrued), inputsToChain(inputs), rulesToChain(rules));
    }
    case 'params':
      return call('challengeParams', header, rulesToChain(challenge.rules));
    case 'batch': {
      const { accrued, inputs, message, key } = challenge;
      const batch = { header: messageToChain(message), ...pointToChain(key) };
      return call('challengeBatch', header, spanToChain(accrued), inputsToChain(inputs), batch);
    }
    case 'omission': {
      const { accrued, inputs, message, receipt } = challenge;
      const { signature } = receipt;
      const [r, s] = [`0x${signature.slice(0, 64)}`, `0x${signature.slice(64)}`];
      const signed = { message: messageToChain(receipt.message), r, s };
      const leaf = [spanToChain(accrued), inputsToChain(inputs)];
      return call('challengeOmission', header, ...leaf, messageToChain(message), signed);
    }
    case 'ask':
      return call('ask', header, treeNumber(challenge.tree), uint32Of(challenge.index, 'index'));
  }
}

export function treeNumber(tree: EraTreeName): number {
  return ERA_TREES.indexOf(tree);
}

function rulesToChain({ params, span }: Rules) {
  return { params: paramsToChain(params), span: spanToChain(span) };
}

export function messageToChain({ aad, payload }: BatchMessage) {
  return { aad: `0x${aad}`, payload: `0x${payload}` };
}

/** A key that nobody knows is not read: the leaf names no batch. */
function pointToChain(spki: string) {
  if (spki === '') return { keyX: `0x${NO_HASH}`, keyY: `0x${NO_HASH}` };
  const { x, y } = publicPointOf(fromHex(spki));
  return { keyX: `0x${toHex(x)}`, keyY: `0x${toHex(y)}` };
}
