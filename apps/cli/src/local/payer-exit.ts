import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as nodeSign, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buyCredits,
  type ChainReader,
  ChannelReader,
  type ChannelSender,
  type DeploymentBook,
  fundAccounts,
  newAccount,
  openChain,
  openChannelSender,
  type ShownVoucher,
} from '@stannary/chain';
import {
  type ChannelConfig,
  channelId,
  channelSeparator,
  NOBODY,
  p256Signature,
  publicPointOf,
  toHex,
  voucherDigest,
} from '@stannary/wire';
import { voucherText } from '../watch/voucher-file.ts';
import type { NetworkFolder } from './folder.ts';

// A payer that leaves with a voucher outstanding, planted in a local network, while the payee sleeps. Nobody but the network's
// watchtower, which has the payee's voucher, stands between it and the whole deposit.

/** Units. */
const DEPOSIT_CREDITS = 100;
const OWED_CREDITS = 70;
/** Long enough for a tower on a busy machine, short enough to be looked at. */
const EXIT_SECONDS = 60;
const VOUCHER_MS = 30 * 86_400_000;

export interface PayerExitParts {
  readonly folder: NetworkFolder;
  readonly rpcUrl: string;
  readonly addressBook: DeploymentBook;
  readonly grainsPerUnit: number;
  /** Where the network's tower takes vouchers in, and where it keeps its own copies. */
  readonly vouchers: string;
  readonly copies: string;
  readonly print: (line: string) => void;
}

/** What came of it, in grains. */
export interface PayerExitOutcome {
  /** What the payee has a voucher for. */
  readonly owedGrains: number;
  /** What the payer could not take along. */
  readonly keptGrains: number;
}

/** Who plays in it; written down before anything is on the chain. */
interface Cast {
  readonly payerKey: string;
  readonly payeeKey: string;
  /** The payer's device, PKCS #8. */
  readonly devicePem: string;
  readonly salt: string;
  readonly deadlineMs: number;
}

/** Each `run` looks at the chain and does what is due, so that a second start goes on where the first one stopped. */
export class PayerExit {
  readonly #parts: PayerExitParts;
  readonly #cast: Cast;
  readonly #config: ChannelConfig;
  readonly #shown: ShownVoucher;
  readonly #chain: ChainReader;
  readonly #channels: ChannelReader;
  readonly #payer: ChannelSender;
  #outcome: PayerExitOutcome | null = null;

  private constructor(parts: PayerExitParts, cast: Cast, chain: ChainReader) {
    const { rpcUrl, addressBook } = parts;
    const { chain: chainId, contracts, deploymentBlock } = addressBook;
    const place = { chain: chainId, contract: contracts.channels! };
    this.#parts = parts;
    this.#cast = cast;
    this.#config = configOf(cast, addressBook);
    this.#shown = voucherOf(cast, this.#config, channelSeparator(place), OWED_CREDITS * parts.grainsPerUnit);
    this.#chain = chain;
    this.#channels = new ChannelReader({ rpcUrl, contract: place.contract, deploymentBlock });
    this.#payer = openChannelSender({ rpcUrl, privateKey: cast.payerKey, ...place });
  }

  static async plant(parts: PayerExitParts): Promise<PayerExit> {
    const { folder, rpcUrl, addressBook } = parts;
    const cast = (await folder.readJson<Cast>('payer-exit.json')) ?? newCast();
    await folder.write('payer-exit.json', JSON.stringify(cast, null, 2), 0o600);
    return new PayerExit(parts, cast, await openChain({ rpcUrl, addressBook }));
  }

  /** Null until the exit is over. */
  get outcome(): PayerExitOutcome | null {
    return this.#outcome;
  }

  /** The next step, if one is due: open, hand over, leave, take what is left. */
  async run(): Promise<void> {
    if (this.#outcome !== null) return;
    const { channelId: id, cumulativeGrains: owedGrains } = this.#shown.voucher;
    const onChain = await this.#channels.channel(id, 0);
    if (onChain === null) return this.#open();
    if (onChain.phase === 'open') return this.#leave(id);
    if (onChain.phase === 'closed') {
      this.#outcome = { owedGrains, keptGrains: onChain.committedGrains };
      return this.#say(
        `${this.#units(onChain.committedGrains)} of ${this.#units(owedGrains)} credits stay for the payee`,
      );
    }
    const { timestampMs } = await this.#chain.latestBlock();
    if (timestampMs >= onChain.exitEndsAtMs!) await this.#payer.finishExit(this.#config);
  }

  async #open(): Promise<void> {
    const { rpcUrl, addressBook, grainsPerUnit } = this.#parts;
    const grains = DEPOSIT_CREDITS * grainsPerUnit;
    const { payerKey: privateKey } = this.#cast;
    await fundAccounts(rpcUrl, [this.#config.payer]);
    await buyCredits({ rpcUrl, privateKey, reserve: addressBook.contracts.reserve! }, grains);
    await this.#payer.open(this.#config, grains);
  }

  /** Not before the tower has the voucher: only then the payee goes to sleep. */
  async #leave(id: string): Promise<void> {
    const { vouchers, copies } = this.#parts;
    const file = join(vouchers, `${id}.json`);
    if (!existsSync(file)) {
      await mkdir(vouchers, { recursive: true });
      await writeFile(`${file}.new`, voucherText(this.#shown));
      await rename(`${file}.new`, file);
    }
    if (!existsSync(join(copies, `${id}.json`))) return;
    await this.#payer.startExit(this.#config);
    this.#say(`leaves while its payee sleeps, ${this.#units(this.#shown.voucher.cumulativeGrains)} credits owed`);
  }

  #say(what: string): void {
    this.#parts.print(`payer ${this.#config.payer}: ${what}`);
  }

  #units(grains: number): number {
    return grains / this.#parts.grainsPerUnit;
  }
}

function newCast(): Cast {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    payerKey: newAccount().privateKey,
    payeeKey: newAccount().privateKey,
    devicePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    salt: randomBytes(32).toString('hex'),
    deadlineMs: Date.now() + VOUCHER_MS,
  };
}

function configOf({ payerKey, payeeKey, devicePem, salt }: Cast, { contracts }: DeploymentBook): ChannelConfig {
  const spki = createPublicKey(devicePem).export({ type: 'spki', format: 'der' });
  const { x, y } = publicPointOf(new Uint8Array(spki));
  return {
    payer: newAccount(payerKey).address,
    payerSigner: contracts.p256Sha256Verifier!.slice(2) + toHex(x) + toHex(y),
    payee: newAccount(payeeKey).address,
    payeeOperator: NOBODY,
    token: contracts.credit!,
    exitDelaySeconds: EXIT_SECONDS,
    minConfirmations: 1,
    policyHash: '0'.repeat(64),
    salt,
  };
}

function voucherOf(
  { devicePem, deadlineMs }: Cast,
  config: ChannelConfig,
  separator: Uint8Array,
  cumulativeGrains: number,
): ShownVoucher {
  const voucher = { channelId: channelId(separator, config), payee: config.payee, cumulativeGrains, deadlineMs };
  const key = createPrivateKey(devicePem);
  const raw = nodeSign('sha256', voucherDigest(separator, voucher), { key, dsaEncoding: 'ieee-p1363' });
  return { config, voucher, signature: p256Signature(new Uint8Array(raw)), sessionKey: null, charge: null };
}
