import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// A node between a program and the real one that does to single requests what nodes do on bad days.

export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What becomes of a request. Left to itself, it reaches the real node. */
export type Fault =
  /** Neither reaches the node nor is answered. */
  | { readonly kind: 'refuse-connection' }
  /** Reaches the node, which acts on it; the answer is lost. */
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  /** Another answer than the node's. */
  | { readonly kind: 'lie'; readonly result: (honest: unknown) => unknown }
  /** Answered after so long. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultyRpc {
  readonly rpcUrl: string;
  /** Every request that came, in order. */
  readonly seen: RpcRequest[];
  /** Judges each request as it comes; null lets it through. Replaceable at any time. */
  judge: (request: RpcRequest) => Fault | null;
}

/** Starts one that ends with the test. */
export async function startFaultyRpc(context: { after: TestContext['after'] }, nodeUrl: string): Promise<FaultyRpc> {
  const seen: RpcRequest[] = [];
  const faulty = { seen, rpcUrl: '', judge: (_: RpcRequest): Fault | null => null };
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const request = JSON.parse(body) as RpcRequest & { readonly id: number };
    seen.push(request);
    await carryOut(faulty.judge(request), { nodeUrl, body, id: request.id }, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  faulty.rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return faulty;
}

interface Passing {
  readonly nodeUrl: string;
  readonly body: string;
  readonly id: number;
}

async function carryOut(fault: Fault | null, passing: Passing, outgoing: ServerResponse): Promise<void> {
  const { id } = passing;
  switch (fault?.kind) {
    case 'refuse-connection':
      outgoing.destroy();
      return;
    case 'lose-answer':
      await honestAnswer(passing);
      outgoing.destroy();
      return;
    case 'status':
      outgoing.writeHead(fault.status).end();
      return;
    case 'error':
      answer(outgoing, { jsonrpc: '2.0', id, error: { code: fault.code, message: fault.message } });
      return;
    case 'lie': {
      const honest = (await honestAnswer(passing)) as { result?: unknown };
      answer(outgoing, { jsonrpc: '2.0', id, result: fault.result(honest.result) });
      return;
    }
    case 'delay':
      await sleep(fault.ms, undefined, { ref: false });
  }
  answer(outgoing, await honestAnswer(passing));
}

async function honestAnswer({ nodeUrl, body }: Passing): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(nodeUrl, { method: 'POST', headers, body })).json();
}

function answer(outgoing: ServerResponse, message: unknown): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}
