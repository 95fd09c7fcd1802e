import { createPublicKey, type KeyObject, verify as nodeVerify } from 'node:crypto';
import { type DeviceRequest, decodeDeviceRequest, fromHex, parseCose, type Verify } from '@stannary/wire';
import type { GatewayContext } from './context.ts';
import type { Policy } from './policies.ts';
import { refuse } from './refusals.ts';

/** A registered node as the gateway knows it from the last final block. */
export interface Device {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  readonly milliNcu: number;
  readonly spki: string;
}

/** Registered nodes and their keys. Key objects are kept: importing a key costs more than verifying with it. */
export class Devices {
  readonly #context: GatewayContext;
  readonly #known = new Map<string, { device: Device; key: KeyObject }>();
  /** When the newest request of each node and action was signed. */
  readonly #newestMs = new Map<string, number>();

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** Takes over what the chain says; nodes are only ever added, keys never change. */
  async refresh(devices: readonly Device[]): Promise<void> {
    const fresh = devices.filter((device) => !this.#known.has(device.nodeId));
    for (const device of fresh) this.#remember(device);
    if (fresh.length === 0) return;
    const rows = fresh.map((device) => ({
      node_id: device.nodeId,
      operator: device.operator,
      class_name: device.className,
      spki: device.spki,
      milli_ncu: device.milliNcu,
      head_seq: 0,
      head_batch_id: '0'.repeat(64),
    }));
    await this.#context.db
      .insertInto('device')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async load(): Promise<void> {
    for (const row of await this.#context.db.selectFrom('device').selectAll().execute()) {
      const { node_id: nodeId, operator, class_name: className, spki } = row;
      this.#remember({ nodeId, operator, className, spki, milliNcu: Number(row.milli_ncu) });
    }
  }

  get(nodeId: string): Device | null {
    return this.#known.get(nodeId)?.device ?? null;
  }

  all(): readonly Device[] {
    return [...this.#known.values()].map(({ device }) => device);
  }

  /** Verifies ES256 signatures (raw r‖s) of this node; null for an unknown one. */
  verifier(nodeId: string): Verify | null {
    const known = this.#known.get(nodeId);
    if (known === undefined) return null;
    const key = { key: known.key, dsaEncoding: 'ieee-p1363' } as const;
    return (message, signature) => nodeVerify('sha256', message, key, signature);
  }

  /**
   * Opens a signed request: its node is registered, its signature holds, it is fresh, meant for `action`, and no older than
   * one before. It is signed under the policy of its own epoch: `epochOf` says which, otherwise the moment of signing.
   */
  open(bytes: Uint8Array, action: string, epochOf?: (request: DeviceRequest) => number): DeviceRequest {
    const { request, cose } = parse(bytes);
    const policy = epochOf === undefined ? this.#policyOf(request) : this.#context.policyAt(epochOf(request));
    const verify = this.verifier(request.nodeId);
    if (verify === null) throw refuse('DEVICE-UNKNOWN', action, 'a registered node', request.nodeId);
    if (!verify(cose.toBeSigned(policy.aad), cose.signature))
      throw refuse('DEVICE-SIGNATURE', action, 'a valid ES256 signature', 'another');
    if (request.action !== action) throw refuse('DEVICE-ACTION', action, action, request.action);
    const skewMs = Math.abs(this.#context.nowMs() - request.sentAtMs);
    const skewMsMax = policy.economy.cadence.clockSkewMs;
    if (skewMs > skewMsMax) throw refuse('DEVICE-CLOCK', action, `at most ${skewMsMax} ms`, `${skewMs} ms`);
    this.#refuseOlder(request);
    return request;
  }

  /** What somebody kept back and sends later undoes nothing. The newest itself may come again. */
  #refuseOlder({ nodeId, action, sentAtMs }: DeviceRequest): void {
    const newestMs = this.#newestMs.get(`${nodeId} ${action}`) ?? 0;
    if (sentAtMs < newestMs) throw refuse('DEVICE-REPLAYED', action, `signed at ${newestMs} or later`, `${sentAtMs}`);
    this.#newestMs.set(`${nodeId} ${action}`, sentAtMs);
  }

  #policyOf({ sentAtMs }: DeviceRequest): Policy {
    return this.#context.policies.atMs(this.#context.clock(), sentAtMs);
  }

  #remember(device: Device): void {
    const key = createPublicKey({ key: Buffer.from(fromHex(device.spki)), format: 'der', type: 'spki' });
    this.#known.set(device.nodeId, { device, key });
  }
}

function parse(bytes: Uint8Array): { request: DeviceRequest; cose: ReturnType<typeof parseCose> } {
  try {
    const cose = parseCose(bytes);
    return { request: decodeDeviceRequest(cose.payload), cose };
  } catch (error) {
    throw refuse('DEVICE-MALFORMED', 'request', 'COSE_Sign1 of a device request', (error as Error).message);
  }
}
