import type { NetworkAnswer, WorkItem } from '@stannary/gateway/client';

/**
 * What a provider needs of the gateway; a `GatewayClient` is one. Failures throw an error with `code` and
 * `refusalClass` ('input', 'retry' or 'give-up').
 */
export interface ProviderTransport {
  network(): Promise<NetworkAnswer>;
  /** Resolves to the poster's signed receipt, COSE. */
  postBatch(body: Uint8Array): Promise<Uint8Array>;
  /** Waits up to two seconds for work. */
  requestWork(signedRequest: Uint8Array): Promise<WorkItem[]>;
  postOffer(signedOffer: Uint8Array): Promise<void>;
  postResult(body: Uint8Array): Promise<void>;
  /** Bytes by SHA-256; the meter checks them. */
  blob(hash: string): Promise<Uint8Array>;
}
