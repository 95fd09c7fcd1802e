import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { GatewayClient } from './client.ts';

// A gateway may be anybody's: what it sends must not fill its clients' memory.

const BYTES_MAX = 1_000;

async function clientOf(context: TestContext, listener: RequestListener, timeoutMs = 30_000): Promise<GatewayClient> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return new GatewayClient({ baseUrl: `http://127.0.0.1:${port}`, answerBytesMax: BYTES_MAX, timeoutMs });
}

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(65_536, ' '));
    },
  });
}

test('an answer as large as may be is taken, a larger one is GATEWAY-ANSWER', async (context) => {
  let size = BYTES_MAX;
  const client = await clientOf(context, (_request, response) => response.end(`"${'a'.repeat(size - 2)}"`));
  assert.equal(`${await client.status()}`.length, BYTES_MAX - 2);
  assert.equal((await client.blob('00')).length, BYTES_MAX);
  size += 1;
  await assert.rejects(client.status(), { code: 'GATEWAY-ANSWER', message: /expected at most 1000 bytes, got more/ });
  await assert.rejects(client.blob('00'), { code: 'GATEWAY-ANSWER' });
});

test('GATEWAY-ANSWER: little that unpacks to much', async (context) => {
  const packed = gzipSync(Buffer.alloc(64 * 2 ** 20, ' '));
  const client = await clientOf(context, (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
  );
  await assert.rejects(client.eraBundle(0), { code: 'GATEWAY-ANSWER', message: /at most 1000 bytes/ });
});

test('an answer that begins in time and does not come is waited for no longer than any', async (context) => {
  const client = await clientOf(context, (_request, response) => void response.writeHead(200).write('{'), 500);
  await assert.rejects(client.eraBundle(0), { name: 'GatewayRefusal', refusalClass: 'retry' });
});

test('GATEWAY-ANSWER: an answer, or a refusal, without end', async (context) => {
  let status = 200;
  const client = await clientOf(context, (_request, response) => {
    const answer = endless();
    response.writeHead(status).on('close', () => answer.destroy());
    answer.pipe(response);
  });
  await assert.rejects(client.eraBundle(0), { code: 'GATEWAY-ANSWER', message: /at most 1000 bytes/ });
  status = 500;
  await assert.rejects(client.eraBundle(0), { code: 'GATEWAY-ANSWER', message: /expected a refusal/ });
});
