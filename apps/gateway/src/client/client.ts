import type {
  AccountAnswer,
  AllocationAnswer,
  ClaimAnswer,
  EraAnswer,
  EraBundleAnswer,
  InputsAnswer,
  NetworkAnswer,
  PolicyEconomyAnswer,
  RefusalAnswer,
  StatementAnswer,
  StatusAnswer,
  TaskAnswer,
  TaskRequest,
  TimelineAnswer,
  TimelineQuery,
  WorkItem,
} from './api.ts';
import { GatewayRefusal, refusalClassOf } from './refusal.ts';

export interface GatewayClientOptions {
  /** Origin of the gateway, e.g. `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** A consumer's secret; sent as a bearer token. */
  readonly apiKey?: string;
  /** A request that takes longer is refused with GATEWAY-UNREACHABLE. Default 30 s. */
  readonly timeoutMs?: number;
  /** An answer of more bytes is refused with GATEWAY-ANSWER, unpacked ones counted. Default 128 MiB: as JSON it fits into memory. */
  readonly answerBytesMax?: number;
  readonly fetch?: typeof fetch;
}

const ANSWER_BYTES_MAX = 128 * 2 ** 20;
const REFUSAL_BYTES_MAX = 65_536;

/**
 * The gateway's HTTP API, typed. Every method may throw a `GatewayRefusal`: the gateway's own code, or
 * GATEWAY-UNREACHABLE (retry) when no answer came, or GATEWAY-ANSWER (retry) when it was not the API's.
 *
 * @example
 * const client = new GatewayClient({ baseUrl: 'http://127.0.0.1:8080' });
 * const { epoch, priceMicrograinsPerNcuS } = await client.status();
 */
export class GatewayClient {
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #answerBytesMax: number;
  readonly #fetch: typeof fetch;

  constructor(options: GatewayClientOptions) {
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#headers = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#answerBytesMax = options.answerBytesMax ?? ANSWER_BYTES_MAX;
    // Browsers refuse a global `fetch` that is called as another object's method.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  // For everybody.

  network(): Promise<NetworkAnswer> {
    return this.#json('GET', '/v1/network');
  }

  /** The rules that a statement names by their hash. */
  policy(economyHash: string): Promise<PolicyEconomyAnswer> {
    return this.#json('GET', `/v1/policies/${economyHash}`);
  }

  status(): Promise<StatusAnswer> {
    return this.#json('GET', '/v1/status');
  }

  statement(epoch: number): Promise<StatementAnswer> {
    return this.#json('GET', `/v1/epochs/${epoch}/statement`);
  }

  /** Every input of an epoch's settlement: enough to settle it again. */
  inputs(epoch: number): Promise<InputsAnswer> {
    return this.#json('GET', `/v1/epochs/${epoch}/inputs`);
  }

  /** Every input of an epoch's allocation, and its result: enough to allocate again. */
  allocation(epoch: number): Promise<AllocationAnswer> {
    return this.#json('GET', `/v1/epochs/${epoch}/allocation`);
  }

  eras(): Promise<readonly EraAnswer[]> {
    return this.#json('GET', '/v1/eras');
  }

  /** What an era follows from, and what its poster publishes of it. */
  eraBundle(era: number): Promise<EraBundleAnswer> {
    return this.#json('GET', `/v1/eras/${era}/bundle`);
  }

  /** What happened on the chain: the newest, or the oldest after a position; of one kind, or of all. */
  timeline(query: TimelineQuery = {}): Promise<TimelineAnswer> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return this.#json('GET', `/v1/timeline?${search}`);
  }

  /** What an account may claim from an era's root, with its proof. */
  claim(era: number, account: string): Promise<ClaimAnswer> {
    return this.#json('GET', `/v1/eras/${era}/claims/${account}`);
  }

  evidence(hash: string): Promise<Uint8Array> {
    return this.#bytes('GET', `/v1/evidence/${hash}`);
  }

  /** Task modules, inputs and outputs, by SHA-256. */
  blob(hash: string): Promise<Uint8Array> {
    return this.#bytes('GET', `/v1/blobs/${hash}`);
  }

  // For nodes: every body is signed by the device key.

  /** Sends a batch; resolves to the poster's signed receipt (COSE). */
  postBatch(body: Uint8Array): Promise<Uint8Array> {
    return this.#bytes('POST', '/v1/batches', body, 'application/cose');
  }

  /** Waits up to two seconds for work of the current epoch. */
  requestWork(signedRequest: Uint8Array): Promise<WorkItem[]> {
    return this.#json('POST', '/v1/work', signedRequest, 'application/cose');
  }

  async postOffer(signedOffer: Uint8Array): Promise<void> {
    await this.#json('POST', '/v1/offers', signedOffer, 'application/cose');
  }

  async postResult(body: Uint8Array): Promise<void> {
    await this.#json('POST', '/v1/results', body, 'application/cose');
  }

  // For consumers: need the API key.

  /** Stores bytes under their SHA-256; resolves to it. */
  async putBlob(bytes: Uint8Array): Promise<string> {
    const { hash } = await this.#json<{ hash: string }>('POST', '/v1/blobs', bytes, 'application/octet-stream');
    return hash;
  }

  submitTask(request: TaskRequest): Promise<TaskAnswer> {
    return this.#json('POST', '/v1/tasks', JSON.stringify(request), 'application/json');
  }

  task(taskId: string): Promise<TaskAnswer> {
    return this.#json('GET', `/v1/tasks/${taskId}`);
  }

  /** The consumer's tasks that were done after `afterMs`, oldest first, at most 500. */
  doneTasks(afterMs: number): Promise<readonly TaskAnswer[]> {
    return this.#json('GET', `/v1/tasks?doneAfterMs=${afterMs}`);
  }

  /** Demands that a done task is run again by others. */
  async disputeTask(taskId: string, reason: string): Promise<void> {
    await this.#json('POST', `/v1/tasks/${taskId}/disputes`, JSON.stringify({ reason }), 'application/json');
  }

  account(): Promise<AccountAnswer> {
    return this.#json('GET', '/v1/account');
  }

  /** Moves unspent credits to the next era root. */
  async withdraw(creditsGrains: number): Promise<void> {
    await this.#json('POST', '/v1/withdrawals', JSON.stringify({ creditsGrains }), 'application/json');
  }

  async #json<Answer>(method: string, path: string, body?: Uint8Array | string, type?: string): Promise<Answer> {
    const response = await this.#request(method, path, body, type);
    const bytes = await this.#read(response, `${method} ${path}`);
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Answer;
    } catch (cause) {
      throw unusable(`${method} ${path}: expected JSON, got ${response.headers.get('content-type')}`, cause);
    }
  }

  async #bytes(method: string, path: string, body?: Uint8Array, type?: string): Promise<Uint8Array> {
    return this.#read(await this.#request(method, path, body, type), `${method} ${path}`);
  }

  async #read(response: Response, where: string): Promise<Uint8Array> {
    const bytes = await bytesOf(response, this.#answerBytesMax).catch((cause) => {
      throw unusable(`${where}: the answer broke off`, cause);
    });
    if (bytes === null) throw unusable(`${where}: expected at most ${this.#answerBytesMax} bytes, got more`);
    return bytes;
  }

  async #request(method: string, path: string, body?: Uint8Array | string, type?: string): Promise<Response> {
    const headers = type === undefined ? this.#headers : { ...this.#headers, 'content-type': type };
    let response: Response;
    try {
      response = await this.#fetch(this.#baseUrl + path, {
        method,
        headers,
        body: (body ?? null) as NonNullable<RequestInit['body']> | null,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
    } catch (cause) {
      const message = `${method} ${this.#baseUrl}${path}: no answer from the gateway; is it running?`;
      throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message }, 503, 'retry', { cause });
    }
    if (response.ok) return response;
    throw await refusalOf(response);
  }
}

async function refusalOf(response: Response): Promise<GatewayRefusal> {
  const bytes = await bytesOf(response, REFUSAL_BYTES_MAX).catch(() => null);
  const text = new TextDecoder().decode(bytes ?? new Uint8Array(0));
  const answer = parseRefusal(text);
  if (answer !== null)
    return new GatewayRefusal(answer, response.status, answer.refusalClass ?? refusalClassOf(response.status));
  return unusable(`HTTP ${response.status}: expected a refusal in JSON, got ${JSON.stringify(text.slice(0, 80))}`);
}

/** Null where there are more: whoever answers may send without end, or little that unpacks to much. */
async function bytesOf(response: Response, bytesMax: number): Promise<Uint8Array | null> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    chunks.push(read.value);
    size += read.value.length;
    if (size <= bytesMax) continue;
    await reader?.cancel();
    return null;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function parseRefusal(text: string): RefusalAnswer | null {
  try {
    const value = JSON.parse(text) as Partial<RefusalAnswer>;
    return typeof value.code === 'string' && typeof value.message === 'string' ? (value as RefusalAnswer) : null;
  } catch {
    return null;
  }
}

function unusable(message: string, cause?: unknown): GatewayRefusal {
  return new GatewayRefusal({ code: 'GATEWAY-ANSWER', message }, 502, 'retry', { cause });
}
