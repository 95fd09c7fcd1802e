import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ConsoleOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Where the gateway's API is, e.g. `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** Interface to listen on. Default `127.0.0.1`. */
  readonly host?: string;
}

export interface RunningConsole {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves the web console of one gateway: a fixed set of files, read once at start, TypeScript modules with their types
 * stripped. It holds no state and asks the gateway nothing; the page does.
 *
 * @throws ConsoleRefusal CONSOLE-GATEWAY-URL (input) when gatewayUrl is not an http(s) address without credentials,
 *   query or fragment; CONSOLE-LISTEN (retry) when the port cannot be taken.
 * @example
 * const console = await startConsole({ port: 8090, gatewayUrl: 'http://127.0.0.1:8080' });
 */
export async function startConsole({ port, gatewayUrl, host = '127.0.0.1' }: ConsoleOptions): Promise<RunningConsole> {
  const gateway = gatewayOf(gatewayUrl);
  const files = siteFor(gateway.href);
  const headers = securityHeaders(gateway.origin);
  const server = createServer((request, response) => answer(request, response, files, headers));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(host, port, cause)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

interface SiteFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** Path on this server → file. What is not in here does not exist, so no path can lead outside. */
type Site = ReadonlyMap<string, SiteFile>;

function answer(request: IncomingMessage, response: ServerResponse, site: Site, headers: OutgoingHttpHeaders): void {
  const { method = '', url = '/' } = request;
  const file = site.get(url.split('?', 1)[0]!);
  if (method !== 'GET' && method !== 'HEAD') {
    refuse(response, 405, { ...headers, allow: 'GET, HEAD' }, 'Only GET and HEAD are answered here.\n');
  } else if (file === undefined) {
    refuse(response, 404, headers, 'There is no such page. The console is at /.\n');
  } else {
    sendFile(request, response, file, headers);
  }
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: SiteFile,
  headers: OutgoingHttpHeaders,
): void {
  const all = { ...headers, 'content-type': file.type, etag: file.etag, 'cache-control': 'no-cache' };
  if (namesTag(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, all).end();
  } else {
    response.writeHead(200, { ...all, 'content-length': file.body.length });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }
}

function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}

function refuse(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, text: string): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', 'content-length': length });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

const SOURCE = fileURLToPath(new URL('./src/', import.meta.url));
const GATEWAY_CLIENT = fileURLToPath(new URL('.', import.meta.resolve('@stannary/gateway/client')));
const STYLES = ['design.css', 'page.css', 'situations.css'];
const require = createRequire(import.meta.url);

/** Bare names that the page's modules import, and where this server has them. */
const VENDORED: readonly { readonly name: string; readonly path: string; readonly file: string }[] = [
  { name: 'preact', path: '/vendor/preact.mjs', file: fileURLToPath(import.meta.resolve('preact')) },
  { name: 'preact/hooks', path: '/vendor/hooks.mjs', file: fileURLToPath(import.meta.resolve('preact/hooks')) },
  { name: 'htm', path: '/vendor/htm.mjs', file: fileURLToPath(import.meta.resolve('htm')) },
  { name: 'uplot', path: '/vendor/uplot.js', file: require.resolve('uplot/dist/uPlot.esm.js') },
];

const IMPORT_MAP = JSON.stringify({
  imports: {
    ...Object.fromEntries(VENDORED.map(({ name, path }) => [name, path])),
    '@stannary/gateway/client': '/gateway-client/index.ts',
  },
});

function siteFor(gatewayUrl: string): Site {
  return new Map([
    ['/', fileOf('.html', pageText())],
    ['/config.json', fileOf('.json', JSON.stringify({ gatewayUrl: gatewayUrl.replace(/\/+$/, '') }))],
    ...STYLES.map((name) => [`/${name}`, fileOf('.css', readFileSync(join(SOURCE, name)))] as const),
    ['/uplot.css', fileOf('.css', readFileSync(require.resolve('uplot/dist/uPlot.min.css')))],
    ['/favicon.svg', fileOf('.svg', readFileSync(join(SOURCE, 'favicon.svg')))],
    ...modulesIn(SOURCE, '/console/'),
    ...modulesIn(GATEWAY_CLIENT, '/gateway-client/'),
    ...VENDORED.map(({ path, file }) => [path, fileOf(extname(file), vendoredText(file))] as const),
  ]);
}

function fileOf(extension: string, content: string | Buffer): SiteFile {
  const body = Buffer.from(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, type: TYPES[extension]!, etag };
}

function pageText(): string {
  const empty = '<script type="importmap"></script>';
  const page = readFileSync(join(SOURCE, 'index.html'), 'utf8');
  if (!page.includes(empty)) throw new Error('index.html: expected a place for the import map');
  return page.replace(empty, `<script type="importmap">${IMPORT_MAP}</script>`);
}

/** A folder's TypeScript modules, tests left out, as the JavaScript that they are under their types. */
function modulesIn(folder: string, prefix: string): [string, SiteFile][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => [`${prefix}${name}`, fileOf('.ts', stripTypeScriptTypes(readFileSync(join(folder, name), 'utf8')))]);
}

/** Source maps are not served, so their mention goes. */
function vendoredText(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

function securityHeaders(gatewayOrigin: string): OutgoingHttpHeaders {
  const importMapHash = createHash('sha256').update(IMPORT_MAP).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${gatewayOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}

function gatewayOf(gatewayUrl: string): URL {
  const url = URL.canParse(gatewayUrl) ? new URL(gatewayUrl) : null;
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (plain && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ConsoleRefusal({
    code: 'CONSOLE-GATEWAY-URL',
    refusalClass: 'input',
    where: 'gatewayUrl',
    expected: 'an http or https address without credentials, query or fragment',
    got: JSON.stringify(gatewayUrl),
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): ConsoleRefusal {
  const got = cause.code ?? cause.message;
  const details = { where: `${host}:${port}`, expected: 'a free port on an interface of this machine', got };
  return new ConsoleRefusal({ code: 'CONSOLE-LISTEN', refusalClass: 'retry', ...details }, { cause });
}

export interface ConsoleRefusalDetails {
  readonly code: 'CONSOLE-GATEWAY-URL' | 'CONSOLE-LISTEN';
  readonly refusalClass: 'input' | 'retry' | 'give-up';
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

/** Why the console did not start. */
export class ConsoleRefusal extends Error {
  readonly code: ConsoleRefusalDetails['code'];
  readonly refusalClass: ConsoleRefusalDetails['refusalClass'];
  readonly where: string;
  readonly expected: string;
  readonly got: string;

  constructor(details: ConsoleRefusalDetails, options?: ErrorOptions) {
    super(`${details.where}: expected ${details.expected}, got ${details.got}`, options);
    this.name = 'ConsoleRefusal';
    this.code = details.code;
    this.refusalClass = details.refusalClass;
    this.where = details.where;
    this.expected = details.expected;
    this.got = details.got;
  }
}
