import { messageCodec } from './message.ts';

/** How a node authenticates every write but a batch: signed with the device key, in the protocol's COSE form. */
export interface DeviceRequest {
  readonly nodeId: string;
  /** What is asked, e.g. `work` or `offer`: a signature for one is no signature for another. */
  readonly action: string;
  readonly sentAtMs: number;
  /** The action's own message, encoded; empty where it has none. */
  readonly body: Uint8Array;
}

const deviceRequestCodec = messageCodec<DeviceRequest>('device-request', {
  nodeId: { key: 1, kind: 'id' },
  action: { key: 2, kind: 'text' },
  sentAtMs: { key: 3, kind: 'unsigned' },
  body: { key: 4, kind: 'bytes' },
});

/** The request's bytes: the payload of the node's COSE_Sign1. Errors: as MessageCodec.encode. */
export const encodeDeviceRequest = deviceRequestCodec.encode;

/** Errors: as MessageCodec.decode. */
export const decodeDeviceRequest = deviceRequestCodec.decode;

/** The body of the action `offer`: what the node sells in an epoch. */
export interface OfferMessage {
  readonly epoch: number;
  readonly className: string;
  readonly capacityNcuMs: number;
  readonly floorMicrograinsPerNcuS: number;
  /** A resource of the economy, or a workload by name. Absent: the network's default. */
  readonly resource?: string;
  /** Where the node stands, as demands name it. */
  readonly region?: string;
  /** Level of proof of where its key lives. Absent: the least of its class. */
  readonly evidence?: string;
  /** First epoch in which it takes no work. */
  readonly drainEpoch?: number;
  /** Sold as one with the operator's other nodes of the same pool. */
  readonly poolId?: string;
}

const offerCodec = messageCodec<OfferMessage>('offer', {
  epoch: { key: 1, kind: 'unsigned' },
  className: { key: 2, kind: 'text' },
  capacityNcuMs: { key: 3, kind: 'unsigned' },
  floorMicrograinsPerNcuS: { key: 4, kind: 'unsigned' },
  resource: { key: 5, kind: 'text', optional: true },
  region: { key: 6, kind: 'text', optional: true },
  evidence: { key: 7, kind: 'text', optional: true },
  drainEpoch: { key: 8, kind: 'unsigned', optional: true },
  poolId: { key: 9, kind: 'text', optional: true },
});

/** Errors: as MessageCodec.encode. */
export const encodeOfferMessage = offerCodec.encode;

/** Errors: as MessageCodec.decode. */
export const decodeOfferMessage = offerCodec.decode;
