import { type AddressBook, type ChainReader, type ChainSender, openChain, openSender } from '@stannary/chain';
import type { EraAnswer, GatewayClient } from '@stannary/gateway/client';
import { BURN_ACCOUNT } from '@stannary/kernel';

export interface Payee {
  readonly account: string;
  readonly privateKey: string;
}

export interface ClaimsOptions {
  readonly client: GatewayClient;
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
  readonly payees: readonly Payee[];
  /** Sends the claims of accounts that nobody holds a key of: slashed money to burn. A claim pays its account, whoever sends it. */
  readonly anyoneKey: string;
}

export interface Amounts {
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** Every payee's claims against final roots, each sent by the payee itself. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #senders = new Map<string, ChainSender>();
  #chain: ChainReader | null = null;
  #claimedEra = -1;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Claims from the newest final root, once. */
  async run(eras: readonly EraAnswer[]): Promise<void> {
    const final = eras.findLast((era) => era.status === 'finalised');
    if (final === undefined || final.era <= this.#claimedEra) return;
    const payees = [...this.#options.payees, { account: BURN_ACCOUNT, privateKey: this.#options.anyoneKey }];
    await Promise.all(payees.map((payee) => this.#claim(final.era, payee)));
    this.#claimedEra = final.era;
  }

  async #claim(era: number, payee: Payee): Promise<void> {
    const claim = await this.#options.client.claim(era, payee.account).catch((error: { code?: string }) => {
      if (error.code === 'CLAIM-UNKNOWN') return null;
      throw error;
    });
    if (claim === null) return;
    const paid = await (await this.#reader()).claimed(payee.account);
    const owed = BigInt(claim.cumulativeCredits) > paid.credits || BigInt(claim.cumulativeTokens) > paid.tokens;
    if (owed) await this.#sender(payee.privateKey).claim(claim);
  }

  /** What the newest final root owes over all time, and what the contract has paid. */
  async totals(eras: readonly EraAnswer[]): Promise<{ due: Amounts; paid: Amounts }> {
    const final = eras.findLast((era) => era.status === 'finalised');
    const { claimedCredits, claimedTokens } = await (await this.#reader()).balances();
    return {
      due: { credits: BigInt(final?.totalCreditsGrains ?? 0), tokens: BigInt(final?.totalTokensGrains ?? 0) },
      paid: { credits: claimedCredits, tokens: claimedTokens },
    };
  }

  async #reader(): Promise<ChainReader> {
    const { rpcUrl, addressBook } = this.#options;
    this.#chain ??= await openChain({ rpcUrl, addressBook });
    return this.#chain;
  }

  #sender(privateKey: string): ChainSender {
    const { rpcUrl, addressBook } = this.#options;
    const sender = this.#senders.get(privateKey) ?? openSender({ rpcUrl, addressBook, privateKey });
    this.#senders.set(privateKey, sender);
    return sender;
  }
}
