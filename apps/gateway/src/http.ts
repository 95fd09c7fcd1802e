import { hash as nodeHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import { EVIDENCE_LEVELS } from '@stannary/kernel';
import fastify, { type ConnectionError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { BLOB_BYTES_MAX, type Blobs } from './blobs.ts';
import type { TaskRequest, TimelineQuery } from './client/api.ts';
import { GatewayRefusal, refusalClassOf } from './client/refusal.ts';
import type { Log } from './context.ts';
import type { Intake } from './intake.ts';
import type { Metrics } from './metrics.ts';
import type { Records } from './records.ts';
import { refuse } from './refusals.ts';
import type { Tasks } from './tasks.ts';
import { TIMELINE_LIMIT_MAX } from './timeline.ts';
import type { Work } from './work.ts';

export interface HttpParts {
  readonly blobs: Blobs;
  readonly intake: Intake;
  readonly metrics: Metrics;
  readonly records: Records;
  readonly tasks: Tasks;
  readonly work: Work;
  /** Consumers' accounts by the SHA-256 of their API key. */
  readonly accountOfKey: ReadonlyMap<string, string>;
  readonly requestsPerSecondMax: number;
  /** A request must be there whole within this time. Default 30 s. */
  readonly requestMsMax?: number;
  readonly log: Log;
}

/** Long enough for the largest blob at 5 Mbit/s; without it a trickle holds a connection for ever. */
const REQUEST_MS_MAX = 30_000;
/** Node looks for late requests this often. */
const LATENESS_CHECK_MS = 500;

const HASH = Type.String({ pattern: '^[0-9a-f]{64}$' });
const ADDRESS = Type.String({ pattern: '^0x[0-9a-f]{40}$' });
const INDEX = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const GRAINS = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const HASH_PARAMS = { schema: { params: Type.Object({ hash: HASH }) } };
const TIMELINE_QUERY = {
  schema: {
    querystring: Type.Object({
      after: Type.Optional(INDEX),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: TIMELINE_LIMIT_MAX })),
      kind: Type.Optional(Type.String({ maxLength: 64 })),
    }),
  },
};
const EPOCH_PARAMS = { schema: { params: Type.Object({ epoch: INDEX }) } };

/** The gateway's HTTP server, not yet listening. Every answer that is not a success is a RefusalAnswer. */
export async function buildServer(parts: HttpParts): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BLOB_BYTES_MAX + 1024,
    forceCloseConnections: 'idle',
    requestTimeout: parts.requestMsMax ?? REQUEST_MS_MAX,
    http: { connectionsCheckingInterval: LATENESS_CHECK_MS, headersTimeout: parts.requestMsMax ?? REQUEST_MS_MAX },
    frameworkErrors: (error, _request, reply) => answerRefusal(parts, error, reply),
    clientErrorHandler: (error, socket) => answerUnread(parts, error, socket),
    routerOptions: { maxParamLength: 128 },
  });
  await server.register(rateLimit, {
    max: parts.requestsPerSecondMax,
    timeWindow: 1000,
    errorResponseBuilder: () =>
      refuse('REQUEST-RATE', 'address', `at most ${parts.requestsPerSecondMax} a second`, 'more'),
  });
  server.addContentTypeParser(
    ['application/cose', 'application/octet-stream'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  server.addHook('onSend', async (request, reply) => publish(request, reply));
  server.setErrorHandler((error, _request, reply) => answerRefusal(parts, error, reply));
  server.setNotFoundHandler((request, reply) =>
    answerRefusal(
      parts,
      refuse('ROUTE-UNKNOWN', request.url.slice(0, 80), 'a route of docs/reference/api.md', request.method),
      reply,
    ),
  );
  publicRoutes(server, parts);
  deviceRoutes(server, parts);
  consumerRoutes(server, parts);
  return server;
}

/** What is public may be read from any page; nothing here depends on cookies. */
function publish(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff');
  if (request.method === 'GET' && request.headers.authorization === undefined)
    reply.header('access-control-allow-origin', '*');
}

function publicRoutes(server: FastifyInstance, { blobs, metrics, records }: HttpParts): void {
  server.get('/healthz', () => records.health());
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text(await records.status())),
  );
  server.get('/v1/network', () => records.network());
  server.get<{ Params: { hash: string } }>('/v1/policies/:hash', HASH_PARAMS, ({ params }) =>
    records.policy(params.hash),
  );
  server.get('/v1/status', () => records.status());
  server.get<{ Params: { epoch: number } }>('/v1/epochs/:epoch/statement', EPOCH_PARAMS, ({ params }) =>
    records.statement(params.epoch),
  );
  server.get<{ Params: { epoch: number } }>('/v1/epochs/:epoch/inputs', EPOCH_PARAMS, ({ params }) =>
    records.inputs(params.epoch),
  );
  server.get<{ Params: { epoch: number } }>('/v1/epochs/:epoch/allocation', EPOCH_PARAMS, ({ params }) =>
    records.allocation(params.epoch),
  );
  server.get<{ Querystring: TimelineQuery }>('/v1/timeline', TIMELINE_QUERY, ({ query }) => records.timeline(query));
  server.get('/v1/eras', () => records.eras());
  server.get<{ Params: { era: number } }>(
    '/v1/eras/:era/bundle',
    { schema: { params: Type.Object({ era: INDEX }) } },
    ({ params }) => records.bundle(params.era),
  );
  server.get<{ Params: { era: number; account: string } }>(
    '/v1/eras/:era/claims/:account',
    { schema: { params: Type.Object({ era: INDEX, account: ADDRESS }) } },
    ({ params }) => records.claim(params.era, params.account),
  );
  server.get<{ Params: { hash: string } }>('/v1/evidence/:hash', HASH_PARAMS, async ({ params }, reply) =>
    bytes(reply, await records.evidence(params.hash)),
  );
  server.get<{ Params: { hash: string } }>('/v1/blobs/:hash', HASH_PARAMS, async ({ params }, reply) =>
    bytes(reply, await blobs.get(params.hash)),
  );
}

function deviceRoutes(server: FastifyInstance, { intake, work }: HttpParts): void {
  server.post('/v1/batches', async (request, reply) =>
    reply.type('application/cose').send(Buffer.from(await intake.take(bodyOf(request)))),
  );
  server.post('/v1/offers', async (request) => {
    await work.takeOffer(bodyOf(request));
    return {};
  });
  server.post('/v1/work', (request) => work.hand(bodyOf(request)));
  server.post('/v1/results', async (request) => {
    await work.takeResult(bodyOf(request));
    return {};
  });
}

function consumerRoutes(server: FastifyInstance, { accountOfKey, blobs, tasks }: HttpParts): void {
  const consumerOf = (request: FastifyRequest): string => {
    const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const account = key === undefined ? undefined : accountOfKey.get(nodeHash('sha256', key));
    if (account === undefined)
      throw refuse('TASK-KEY', 'authorization', 'a known API key', key === undefined ? 'none' : 'an unknown one');
    return account;
  };
  const taskNeed = Type.Object(
    {
      className: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
      regions: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 64 })),
      evidence: Type.Optional(Type.Union(EVIDENCE_LEVELS.map((level) => Type.Literal(level)))),
    },
    { additionalProperties: false },
  );
  const taskRequest = Type.Object(
    { moduleHash: HASH, inputHash: HASH, fuelMax: GRAINS, chargeGrainsMax: GRAINS, need: Type.Optional(taskNeed) },
    { additionalProperties: false },
  );
  const taskParams = Type.Object({ taskId: HASH });
  server.post('/v1/blobs', async (request) => {
    consumerOf(request);
    return { hash: await blobs.put(bodyOf(request)) };
  });
  server.post<{ Body: TaskRequest }>('/v1/tasks', { schema: { body: taskRequest } }, (request) =>
    tasks.submit(consumerOf(request), request.body),
  );
  server.get<{ Querystring: { doneAfterMs: number } }>(
    '/v1/tasks',
    { schema: { querystring: Type.Object({ doneAfterMs: INDEX }) } },
    (request) => tasks.done(consumerOf(request), request.query.doneAfterMs),
  );
  server.get<{ Params: { taskId: string } }>('/v1/tasks/:taskId', { schema: { params: taskParams } }, (request) =>
    tasks.get(consumerOf(request), request.params.taskId),
  );
  server.post<{ Params: { taskId: string }; Body: { reason: string } }>(
    '/v1/tasks/:taskId/disputes',
    { schema: { params: taskParams, body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 1000 }) }) } },
    async (request) => {
      await tasks.dispute(consumerOf(request), request.params.taskId, request.body.reason);
      return {};
    },
  );
  server.get('/v1/account', (request) => tasks.account(consumerOf(request)));
  server.post<{ Body: { creditsGrains: number } }>(
    '/v1/withdrawals',
    { schema: { body: Type.Object({ creditsGrains: GRAINS }) } },
    async (request) => {
      await tasks.withdraw(consumerOf(request), request.body.creditsGrains);
      return {};
    },
  );
}

function bodyOf(request: FastifyRequest): Uint8Array {
  if (Buffer.isBuffer(request.body)) return request.body;
  throw refuse(
    'REQUEST-MALFORMED',
    'content-type',
    'application/cose or application/octet-stream',
    request.headers['content-type'] ?? 'none',
  );
}

function bytes(reply: FastifyReply, content: Uint8Array): FastifyReply {
  return reply
    .type('application/octet-stream')
    .header('cache-control', 'public, max-age=31536000, immutable')
    .send(Buffer.from(content));
}

/** What is no HTTP request, or never becomes one: answered on the bare connection, which then ends. */
function answerUnread({ metrics }: HttpParts, error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? refuse('REQUEST-SLOW', 'request', 'a whole request', 'a part of one')
      : refuse('REQUEST-MALFORMED', 'request', 'an HTTP request', error.code);
  metrics.count('refusals', refusal.code);
  const body = answerText(refusal);
  const head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nconnection: close\r\ncontent-type: application/json`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Refusals of every package carry a code and a class; the class decides the status where the code has none of its own. */
const STATUS_OF_CLASS = { input: 422, retry: 503, 'give-up': 410 } as const;

function answerRefusal(parts: HttpParts, error: unknown, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(error);
  parts.metrics.count('refusals', refusal.code);
  if (refusal.status === 500)
    parts.log('error', 'request failed', { code: refusal.code, error: (error as Error).stack });
  return reply.status(refusal.status).type('application/json').send(answerText(refusal));
}

function answerText({ code, message, refusalClass, expected, got, where }: GatewayRefusal): string {
  return JSON.stringify({ code, message, refusalClass, expected, got, where });
}

function toRefusal(error: unknown): GatewayRefusal {
  if (error instanceof GatewayRefusal) return error;
  const { code, message, refusalClass, expected, got, where, statusCode } = error as {
    code?: string;
    message: string;
    refusalClass?: keyof typeof STATUS_OF_CLASS;
    expected?: string;
    got?: string;
    where?: string;
    statusCode?: number;
  };
  const detail = {
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(where === undefined ? {} : { where }),
  };
  if (code !== undefined && refusalClass !== undefined) {
    return new GatewayRefusal({ code, message, ...detail }, STATUS_OF_CLASS[refusalClass], refusalClass);
  }
  if (statusCode === 413) return refuse('REQUEST-OVERSIZED', 'body', `at most ${BLOB_BYTES_MAX} bytes`, 'more');
  if (statusCode !== undefined && statusCode < 500) {
    return new GatewayRefusal({ code: 'REQUEST-MALFORMED', message }, statusCode, refusalClassOf(statusCode));
  }
  return new GatewayRefusal({ code: 'GATEWAY-FAULT', message: 'the gateway failed; its log says why' }, 500, 'retry', {
    cause: error,
  });
}
