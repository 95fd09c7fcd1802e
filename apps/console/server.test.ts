import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { ConsoleRefusal, type RunningConsole, startConsole } from './server.ts';

const GATEWAY = 'http://127.0.0.1:9';
let running: RunningConsole;
before(async () => {
  running = await startConsole({ port: 0, gatewayUrl: GATEWAY });
});
after(() => running.stop());

/** Sends a path as it stands: `fetch` would tidy it up first. */
function rawStatus(path: string, method = 'GET'): Promise<number> {
  const { hostname, port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject).end();
  });
}

test('serves the page with an import map that its policy names by hash', async () => {
  const response = await fetch(running.url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(await response.text())?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /^default-src 'none';/);
  assert.ok(policy.includes(`script-src 'self' 'sha256-${hash}'`));
  assert.ok(policy.includes(`connect-src 'self' ${GATEWAY};`));
  assert.doesNotMatch(policy, /unsafe|\*/);
  for (const path of Object.values(JSON.parse(importMap).imports as Record<string, string>)) {
    const module = await fetch(running.url + path);
    assert.equal(module.status, 200, path);
    assert.equal(module.headers.get('content-type'), 'text/javascript; charset=utf-8', path);
  }
});

test('serves every module as JavaScript, and no test', async () => {
  const sources = readdirSync(new URL('./src/', import.meta.url)).filter((name) => name.endsWith('.ts'));
  assert.ok(sources.length > 10);
  for (const name of sources) {
    const response = await fetch(`${running.url}/console/${name}`);
    assert.equal(response.status, name.endsWith('.test.ts') ? 404 : 200, name);
    assert.doesNotMatch(await response.text(), /^(import|export) type |^interface /m, name);
  }
});

test('tells the page where the gateway is', async () => {
  const response = await fetch(`${running.url}/config.json`);
  assert.deepEqual(await response.json(), { gatewayUrl: GATEWAY });
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
});

test('a gateway behind a path keeps the path, and the policy its origin', async () => {
  const other = await startConsole({ port: 0, gatewayUrl: 'https://example.org/gateway/' });
  const response = await fetch(`${other.url}/config.json`);
  assert.deepEqual(await response.json(), { gatewayUrl: 'https://example.org/gateway' });
  assert.match(response.headers.get('content-security-policy') ?? '', /connect-src 'self' https:\/\/example\.org;/);
  await other.stop();
});

test('every answer carries the security headers, refusals too', async () => {
  for (const path of ['/', '/design.css', '/nothing-here']) {
    const { headers } = await fetch(running.url + path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.ok(headers.get('content-security-policy'), path);
  }
});

test('answers 304 to a tag it gave, and makes caches ask', async () => {
  const first = await fetch(`${running.url}/design.css`);
  const etag = first.headers.get('etag') ?? '';
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  const status = async (tag: string) =>
    (await fetch(`${running.url}/design.css`, { headers: { 'if-none-match': tag } })).status;
  assert.equal(await status(etag), 304);
  assert.equal(await status(`"other", W/${etag}`), 304);
  assert.equal(await status('"other"'), 200);
});

test('HEAD answers as GET does, without the body', async () => {
  const response = await fetch(`${running.url}/design.css`, { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get('content-length')) > 1000);
  assert.equal(await response.text(), '');
});

test('answers only GET and HEAD', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const response = await fetch(running.url, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('allow'), 'GET, HEAD');
  }
});

test('nothing outside its list is served, however the path is written', async () => {
  const paths = [
    '/server.ts',
    '/console/',
    '/console/../server.ts',
    '/../package.json',
    '/console/..%2f..%2fserver.ts',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/vendor/../../../package.json',
    '/console/main.ts/../../server.ts',
    '/__proto__',
    '/constructor',
  ];
  for (const path of paths) assert.equal(await rawStatus(path), 404, path);
  assert.equal(await rawStatus('/?fresh=1'), 200);
});

test('CONSOLE-GATEWAY-URL refuses an address that is not plain http(s)', async () => {
  for (const gatewayUrl of [
    '',
    'ftp://host',
    'http://user:secret@host',
    'http://host?key=1',
    'http://host#x',
    'host:80',
  ]) {
    await assert.rejects(startConsole({ port: 0, gatewayUrl }), (error: unknown) => {
      assert.ok(error instanceof ConsoleRefusal);
      assert.equal(error.code, 'CONSOLE-GATEWAY-URL');
      assert.equal(error.refusalClass, 'input');
      assert.match(error.message, /^gatewayUrl: expected an http or https address .*, got /);
      return true;
    });
  }
});

test('CONSOLE-LISTEN refuses a port that is taken', async () => {
  const port = Number(new URL(running.url).port);
  await assert.rejects(startConsole({ port, gatewayUrl: GATEWAY }), (error: unknown) => {
    assert.ok(error instanceof ConsoleRefusal);
    assert.equal(error.code, 'CONSOLE-LISTEN');
    assert.equal(error.refusalClass, 'retry');
    assert.equal(error.got, 'EADDRINUSE');
    return true;
  });
});

test('stops at once, open connections included', async () => {
  const other = await startConsole({ port: 0, gatewayUrl: GATEWAY });
  await (await fetch(other.url)).text();
  await other.stop();
  await assert.rejects(fetch(other.url));
});
