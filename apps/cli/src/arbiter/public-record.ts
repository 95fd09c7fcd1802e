import { type CaseFinding, type CaseRules, judgeCase } from '@stannary/arbitration';
import type { AddressBook, ArbitrationCase, ChainReader } from '@stannary/chain';
import { economyHashOf } from '@stannary/economies';
import type { GatewayClient } from '@stannary/gateway/client';
import type { Economy } from '@stannary/kernel';
import { externalAad, fromHex, toHex } from '@stannary/wire';
import { isSignedBy } from '../signed-by.ts';

export interface RecordParts {
  /** Whoever serves evidence and economies; each is taken by its hash only. */
  readonly client: Pick<GatewayClient, 'evidence' | 'network' | 'policy'>;
  readonly chain: Pick<ChainReader, 'nodes'>;
  readonly addressBook: AddressBook;
}

/** What is public of a case: the charge and the registry from the chain, the rest by its hash. */
export class PublicRecord {
  readonly #parts: RecordParts;
  /** By the external data that stands for them. */
  readonly #economies = new Map<string, Economy>();

  constructor(parts: RecordParts) {
    this.#parts = parts;
  }

  /** Errors: those of the client and of the chain; a gateway that has no evidence refuses EVIDENCE-UNKNOWN. */
  async judge({ charge }: ArbitrationCase): Promise<CaseFinding> {
    const bytes = await this.#parts.client.evidence(charge.evidenceHash);
    await this.#learnEconomies();
    const node = await this.#registry();
    const economyOf = (aad: Uint8Array) => this.#economies.get(toHex(aad)) ?? null;
    return judgeCase(charge, bytes, { node, economyOf });
  }

  /** Every version that the network names. One that is served under a hash of another counts for nothing. */
  async #learnEconomies(): Promise<void> {
    const { client, addressBook } = this.#parts;
    const { chain, contracts } = addressBook;
    const { policies } = await client.network();
    for (const { economyHash } of policies) {
      const aad = toHex(externalAad({ chain, settlement: contracts.settlement, economyHash }));
      if (this.#economies.has(aad)) continue;
      const { economy } = await client.policy(economyHash);
      if (economyHashOf(economy) === economyHash) this.#economies.set(aad, economy);
    }
  }

  async #registry(): Promise<CaseRules['node']> {
    const nodes = new Map((await this.#parts.chain.nodes()).map((node) => [node.nodeId, node]));
    return (nodeId) => {
      const found = nodes.get(nodeId);
      if (found === undefined) return null;
      const spki = fromHex(found.spki);
      return { operator: found.operator, verify: (message, signature) => isSignedBy(spki, message, signature) };
    };
  }
}
