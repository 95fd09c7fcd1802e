import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptVoucher, type ReadVoucher, readVoucher } from '@stannary/billing';
import {
  type ChainAccount,
  ChainRefusal,
  ChannelReader,
  type ChannelSender,
  type DeploymentBook,
  devAccount,
  fundAccounts,
  newAccount,
  openChannelSender,
  openSender,
  type ShownVoucher,
} from '@stannary/chain';
import {
  type ChannelConfig,
  channelId,
  channelSeparator,
  chargeDigest,
  type DigestSignature,
  encodeVoucher,
  fromHex,
  keccak256,
  NOBODY,
  p256Signature,
  publicPointOf,
  toHex,
  voucherDigest,
} from '@stannary/wire';
import { type ChannelFinding, ChannelTower } from '../apps/cli/src/watch/channel-tower.ts';
import { voucherText } from '../apps/cli/src/watch/voucher-file.ts';
import { VoucherFolder } from '../apps/cli/src/watch/voucher-folder.ts';
import { readChannelFacts } from '../apps/gateway/src/channel-facts.ts';
import { signerOf } from '../settlement/chain/src/account.ts';
import { deployed, passTime, sendAs, settingsOf, startChain } from './deployed-network.ts';
import { askNode, temporaryFolder } from './local-network.ts';

// A payer, payees and towers around the channels of a whole deployment. Payers sign and payees accept as in production.

export const DEPOSIT = 1_000;
const EXIT_SECONDS = 3_600;
const DAY_MS = 86_400_000;

/** A P-256 key of a payer's device. */
export class DeviceKey {
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** x ‖ y. */
  get point(): string {
    const { x, y } = publicPointOf(new Uint8Array(this.#key.publicKey.export({ type: 'spki', format: 'der' })));
    return toHex(x) + toHex(y);
  }

  readonly sign = (digest: Uint8Array): DigestSignature =>
    p256Signature(sign('sha256', digest, { key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' }));
}

/** A channel of the world's payer, whose key is the config's own signer or one of the payer's sessions. */
export interface TestChannel {
  readonly id: string;
  readonly config: ChannelConfig;
  readonly key: DeviceKey;
  readonly sessionKey: string | null;
  readonly payee: ChainAccount;
}

export interface VoucherTerms {
  readonly deadlineMs?: number;
  readonly key?: DeviceKey;
}

/** What a payee accepted, and what it hands over of it. */
export interface Accepted {
  readonly channel: TestChannel;
  readonly head: ReadVoucher;
}

export class ChannelWorld {
  readonly rpcUrl: string;
  readonly book: DeploymentBook;
  readonly place: { readonly chain: string; readonly contract: string };
  readonly separator: Uint8Array;
  readonly reader: ChannelReader;
  readonly payer: ChainAccount;
  readonly end: () => Promise<void>;

  constructor(rpcUrl: string, book: DeploymentBook, payer: ChainAccount, end: () => Promise<void>) {
    this.rpcUrl = rpcUrl;
    this.book = book;
    this.place = { chain: book.chain, contract: book.contracts.channels! };
    this.separator = channelSeparator(this.place);
    const { deploymentBlock } = book;
    this.reader = new ChannelReader({ rpcUrl, contract: this.place.contract, deploymentBlock });
    this.payer = payer;
    this.end = end;
  }

  /** An account with gas money and nothing else. */
  async newcomer(): Promise<ChainAccount> {
    const account = newAccount();
    await fundAccounts(this.rpcUrl, [account.address]);
    return account;
  }

  sender({ privateKey }: ChainAccount): ChannelSender {
    return openChannelSender({ rpcUrl: this.rpcUrl, privateKey, ...this.place });
  }

  tokensOf({ privateKey }: ChainAccount): Promise<bigint> {
    return openSender({ rpcUrl: this.rpcUrl, privateKey, addressBook: this.book }).tokenBalance();
  }

  async nowMs(): Promise<number> {
    const block = (await askNode(this.rpcUrl, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
    return Number(block.timestamp) * 1_000;
  }

  async open(
    payee: ChainAccount,
    by: 'signer' | 'session' = 'signer',
    exitSeconds = EXIT_SECONDS,
  ): Promise<TestChannel> {
    const key = new DeviceKey();
    const { workToken, p256Sha256Verifier } = this.book.contracts;
    const config: ChannelConfig = {
      payer: this.payer.address,
      payerSigner: by === 'signer' ? p256Sha256Verifier!.slice(2) + key.point : this.payer.address.slice(2),
      payee: payee.address,
      payeeOperator: NOBODY,
      token: workToken,
      exitDelaySeconds: exitSeconds,
      minConfirmations: 1,
      policyHash: '0'.repeat(64),
      salt: randomBytes(32).toString('hex'),
    };
    const payer = this.sender(this.payer);
    if (by === 'session') await payer.authoriseSession(key.point, (await this.nowMs()) + 90 * DAY_MS);
    await payer.open(config, DEPOSIT);
    await askNode(this.rpcUrl, 'evm_mine');
    const sessionKey = by === 'session' ? key.point : null;
    return { id: channelId(this.separator, config), config, key, sessionKey, payee };
  }

  /** The payer signs, the payee accepts. */
  async pay(channel: TestChannel, cumulativeGrains: number, terms: VoucherTerms = {}): Promise<Accepted> {
    const nowMs = await this.nowMs();
    const head = await this.signed(channel, cumulativeGrains, terms);
    const facts = await readChannelFacts(this.reader, this.place, channel.config, nowMs);
    const policy = { marginMs: 0, unredeemedGrainsMax: DEPOSIT };
    const { address: payee } = channel.payee;
    const answer = acceptVoucher(head, { channel: facts.channel, payee, head: null, nowMs, policy });
    if (answer.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return { channel, head };
  }

  /** As it comes from a payer, or from whoever has `terms.key`. */
  async signed(channel: TestChannel, cumulativeGrains: number, terms: VoucherTerms = {}): Promise<ReadVoucher> {
    const deadlineMs = terms.deadlineMs ?? (await this.nowMs()) + 60 * DAY_MS;
    const voucher = { channelId: channel.id, payee: channel.payee.address, cumulativeGrains, deadlineMs };
    const { sign: signs } = terms.key ?? channel.key;
    const read = readVoucher(encodeVoucher({ voucher, signature: signs(voucherDigest(this.separator, voucher)) }));
    if (read.outcome !== 'read') throw new Error(read.code);
    return read;
  }

  /** With the payee's charge, or whoever else's. */
  async charged({ channel, head }: Accepted, chargedGrains: number, by = channel.payee): Promise<ShownVoucher> {
    const charge = { voucherDigest: toHex(voucherDigest(this.separator, head.voucher)), chargedGrains };
    const hash = `0x${toHex(chargeDigest(this.separator, charge))}` as const;
    const bytes = fromHex((await signerOf(by.privateKey).sign({ hash })).slice(2));
    return { ...shownOf({ channel, head }), charge: { chargedGrains, signature: { signer: 'ecdsa', bytes } } };
  }

  /** The payer's whole way out; what it gets back. */
  async leave({ config }: TestChannel): Promise<bigint> {
    await passTime(this.rpcUrl, config.exitDelaySeconds + 1);
    const before = await this.tokensOf(this.payer);
    await this.sender(this.payer).finishExit(config);
    return (await this.tokensOf(this.payer)) - before;
  }

  /** The payee wakes and collects; what it has then. */
  async wake(accepted: Accepted): Promise<bigint> {
    const { channel, head } = accepted;
    const payee = this.sender(channel.payee);
    await payee.claim([await this.charged(accepted, head.voucher.cumulativeGrains)]);
    await payee.settle(channel.payee.address, channel.config.token).catch(() => {});
    return this.tokensOf(channel.payee);
  }

  /** The guardian stops everything but exits' clocks for so long. */
  async pause(seconds: number): Promise<void> {
    const selector = toHex(keccak256(new TextEncoder().encode('pause(uint64)'))).slice(0, 8);
    const data = `0x${selector}${seconds.toString(16).padStart(64, '0')}`;
    await sendAs(this.rpcUrl, this.book.contracts.guardian!, this.place.contract, data);
  }

  /** A tower in this process, which looks when it is told to. */
  async tower(folders: TowerFolders, { claims = false, key = true, unreachable = '' } = {}) {
    const said: ChannelFinding[] = [];
    const account = await this.newcomer();
    const tower = new ChannelTower({
      folder: new VoucherFolder(folders.vouchers, folders.copies),
      chain: unreachable === '' ? this.reader : limited(this.reader, unreachable),
      sender: key ? this.sender(account) : null,
      place: this.place,
      claims,
      tell: (finding) => void said.push(finding),
    });
    /** What it says of one look. */
    const look = async (): Promise<ChannelFinding[]> => {
      await tower.run();
      return said.splice(0);
    };
    /** Transactions that it paid for. */
    const spent = async () =>
      Number(await askNode(this.rpcUrl, 'eth_getTransactionCount', [account.address, 'latest']));
    return { look, spent };
  }
}

export interface TowerFolders {
  readonly vouchers: string;
  readonly copies: string;
}

/** A reader whose node has no patience for one channel. */
function limited(reader: ChannelReader, unreachable: string) {
  return new Proxy(reader, {
    get: (target, name) => {
      if (name !== 'channel') return (target[name as keyof ChannelReader] as () => unknown).bind(target);
      return async (id: string, confirmations: number) => {
        if (id !== unreachable) return target.channel(id, confirmations);
        throw new ChainRefusal('CHAIN-RPC-LIMITED', { where: id, expected: 'fewer requests', got: '429' });
      };
    },
  });
}

export async function startChannelWorld(): Promise<ChannelWorld> {
  const { chain, end } = await startChain();
  const { book } = await deployed(chain.rpcUrl, await settingsOf('multisig'));
  // Half of a local genesis is the last account's.
  return new ChannelWorld(chain.rpcUrl, book, devAccount(9), end);
}

/** Of one payee's tower: where it hands over, and where the tower keeps its copies. */
export async function towerFolders(): Promise<
  TowerFolders & { readonly path: string; readonly remove: () => Promise<void> }
> {
  const { path, remove } = await temporaryFolder();
  const [vouchers, copies] = [join(path, 'handed'), join(path, 'tower', 'vouchers')];
  await mkdir(vouchers);
  return { path, vouchers, copies, remove };
}

export function shownOf({ channel, head }: Accepted): ShownVoucher {
  const { config, sessionKey } = channel;
  return { config, voucher: head.voucher, signature: head.signature, sessionKey, charge: null };
}

/** As a payee does it: a file that appears whole. */
export async function handOver({ vouchers }: TowerFolders, name: string, shown: ShownVoucher): Promise<void> {
  const file = join(vouchers, `${name}.json`);
  await writeFile(`${file}.new`, voucherText(shown));
  await rename(`${file}.new`, file);
}
