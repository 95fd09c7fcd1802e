import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { StatusAnswer, TimelineEntry } from '@stannary/gateway/client';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { captureConsole, chromiumPath, launchChromium } from './capture.ts';
import { emptyStatus, exampleNetwork, exampleStatus, exampleTimeline } from './console.fixture.ts';
import { contrastFaults, type Fault, overflowFaults, structureFaults } from './console.inspection.ts';
import { type RunningConsole, startConsole } from './server.ts';

const WANTED = 'needs Chromium: install the package `chromium`, or set STANNARY_CHROMIUM';
const missing = chromiumPath() === null;
// Where CI runs, a missing browser is a failure: launching it says so. Elsewhere these tests are skipped, with the reason.
const skip = missing && process.env.CI !== 'true' ? WANTED : false;

/** The answers that the page reads, over real HTTP from an origin of its own; it can fall silent and come back. */
class ExampleGateway {
  status: StatusAnswer = exampleStatus();
  timeline: readonly TimelineEntry[] = exampleTimeline();
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const answer = this.#answerTo(new URL(request.url!, this.url));
      const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' };
      response.writeHead(answer === null ? 404 : 200, headers).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #answerTo({ pathname, searchParams }: URL): unknown {
    if (pathname === '/v1/network') return exampleNetwork();
    if (pathname === '/v1/status') return this.status;
    if (pathname !== '/v1/timeline') return null;
    const [kind, after] = [searchParams.get('kind'), Number(searchParams.get('after') ?? 0)];
    const entries = this.timeline.filter((one) => one.position > after && (kind === null || one.kind === kind));
    return { entries, hasMore: false };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

const gateway = new ExampleGateway();
let running: RunningConsole;
let chromium: Awaited<ReturnType<typeof launchChromium>>;

before(async () => {
  if (skip) return;
  await gateway.start();
  running = await startConsole({ port: 0, gatewayUrl: gateway.url });
  chromium = await launchChromium();
});

after(async () => {
  if (skip) return;
  await chromium?.[Symbol.asyncDispose]();
  await running?.stop();
  await gateway.stop();
});

interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** Errors on the page's console and requests to a third origin: there must be none. */
  readonly complaints: string[];
}

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const viewport = { width: 1280, height: 900 };
  const context = await chromium.browser.newContext({ viewport, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (![running.url, gateway.url].includes(new URL(request.url()).origin)) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(running.url);
  await page.waitForSelector('#conservation');
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** An element's text as it is read: one space wherever the page has any kind of space. */
async function textOf(element: Locator): Promise<string> {
  const [text = ''] = await element.first().allInnerTexts();
  return text.replace(/\s+/g, ' ').trim();
}

function includesAll(text: string, parts: readonly string[]): void {
  for (const part of parts) assert.ok(text.includes(part), `expected ${JSON.stringify(part)} in: ${text}`);
}

test('shows the network, its epoch and the headline figures', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  includesAll(await textOf(page.locator('.masthead')), [
    'Stannary local',
    'Live',
    'Epoch 27',
    'Era 6, epoch 4 of 4',
    'Rules version 1, version 2 from epoch 40',
    'Running',
    'to the end of epoch 27',
    'settled up to epoch 25',
  ]);
  assert.equal(await page.getByRole('progressbar', { name: 'Current epoch' }).count(), 1);
  assert.equal(
    await textOf(page.locator('.findings')),
    'Running 8 providers: 5 active, 2 slashed, 1 held 3 faults: 2 final, 1 proposed Ledger and chain agree',
  );
  includesAll(await textOf(page.locator('.headline')), [
    'Price credits per NCU·s × 10⁻⁶ 3.215 down',
    'Utilisation of offered capacity 74.3 % target 70 %, above it',
    'Tasks done of 1 412 submitted 1 376 14 queued, 22 at work, 187 audits',
    'Charged credits 138.99 since genesis',
    'Emitted work tokens 2 941.65 since genesis',
  ]);
  assert.match(await page.title(), /^local, epoch 27 – Stannary$/);
  assert.deepEqual(visited.complaints, []);
});

test('draws four charts with units, legends, words for those who do not see them, and a table', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  assert.equal(await page.locator('.plot canvas').count(), 4);
  includesAll(await textOf(page.locator('.figures')), [
    'Price, credits per NCU·s × 10⁻⁶',
    'Utilisation, % of offered capacity target 70 %',
    'Charges, credits',
    'Emission, work tokens',
  ]);
  const description = await page.locator('.plot').first().getAttribute('aria-label');
  assert.match(description ?? '', /^Price by epoch, epochs 0 to 25: from 2\.778 to [\d.]+, latest [\d.]+$/);
  await page.getByText('The same figures as a table').click();
  assert.equal(await page.locator('.history tbody tr').count(), 26);
  assert.match(
    await textOf(page.locator('.history tbody tr')),
    /^25 3\.\d+ 8\d\.\d % [\d ]+\.\d 6\.\d{4} 1\d\d\.\d\d$/,
  );
  assert.deepEqual(visited.complaints, []);
});

test('the pointer reads every panel at one epoch', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  assert.equal(await textOf(page.locator('.figure-epoch')), 'latest, epoch 25');
  const box = (await page.locator('.plot .u-over').first().boundingBox())!;
  await page.mouse.move(box.x + 12, box.y + box.height / 2);
  await page
    .locator('.figure-epoch')
    .filter({ hasText: /^epoch 0$/ })
    .nth(1)
    .waitFor();
  includesAll(await textOf(page.locator('.figures')), ['epoch 0', '2.778']);
});

test('shows each provider with its money, work and margins', { skip }, async () => {
  await using visited = await visit();
  const rows = visited.page.locator('.provider');
  assert.equal(await rows.count(), 8);
  const { nodes } = exampleStatus();
  const text = (index: number) => textOf(rows.nth(index));
  includesAll(await text(0), [
    `${nodes[0]!.nodeId.slice(0, 8)}…`,
    `grid, ${nodes[0]!.operator.slice(0, 6)}…`,
    'active',
    '1 200.00 of 1 000.00 required',
    '44.2285 31.5349 12.6935 0 474.17 0.987 248 1 min 42 s 12.0 G',
    'Wrong result 0 of 1 proof 0 %',
    'Low reputation shadow 0.987, bar 0.600 3 %',
  ]);
  includesAll(await text(2), ['slashed', '0 of 1 000.00 required', 'Wrong result 1 of 1 proof reached']);
  includesAll(await text(6), ['held', '5.1790', 'Abandoned work 4.0 % of 4.0 % reached']);
  includesAll(await text(7), ['Abandoned work 2.1 % of 4.0 % 52 %']);
  const bond = visited.page.locator('.provider .bond data').first();
  assert.equal((await bond.getAttribute('title'))?.replace(/\s/g, ' '), '1 200 000 000 grains');
});

test('shows each fault with its evidence, what it moved and where that is on the chain', { skip }, async () => {
  await using visited = await visit();
  const { faults } = exampleStatus();
  const cards = visited.page.locator('.fault');
  assert.equal(await cards.count(), 3);
  const text = (index: number) => textOf(cards.nth(index));
  includesAll(await text(0), [
    'Abandoned work proposed',
    '1 was never answered',
    'Slashed 0 tokens Refunded 0 credits',
    'proposed in epoch 25, final in epoch 29, in 2 epochs unless reversed',
    'Slash on chain not before it is final',
  ]);
  includesAll(await text(2), [
    'Wrong result final',
    'differs from two blind replicas',
    'Slashed 1 000.00 tokens Refunded 4.2180 credits',
    'final in epoch 13, 14 epochs ago',
  ]);
  const link = cards.nth(2).getByRole('link');
  assert.equal(await textOf(link), faults[0]!.evidenceHash);
  assert.equal(await link.getAttribute('href'), `${gateway.url}/v1/evidence/${faults[0]!.evidenceHash}`);
});

test('a transaction hash is copied whole, by keyboard', { skip }, async () => {
  await using visited = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = visited;
  const { finalTx } = exampleStatus().faults[0]!;
  const button = page.locator('.fault').nth(2).getByRole('button').last();
  assert.equal(await button.getAttribute('title'), finalTx);
  await button.focus();
  await page.keyboard.press('Enter');
  await button.getByText('copied').waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), finalTx);
});

test('shows the era roots, newest first, and both books', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  const eras = page.locator('#settlement tbody tr');
  assert.equal(await eras.count(), 6);
  const text = (index: number) => textOf(eras.nth(index));
  assert.match(await text(0), /^5 computed 156\.02 2 283\.75 \S+…\S+ not yet not yet$/);
  assert.match(await text(1), /^4 posted, open to challenge 124\.81 1 827\.00 \S+…\S+ 0x\S+…\S+ not yet$/);
  assert.match(await text(2), /^3 finalised, claimable 93\.61 1 370\.25 \S+…\S+ 0x\S+…\S+ 0x\S+…\S+$/);
  includesAll(await textOf(page.locator('#conservation')), [
    'Ledger and chain agree at block 4 211.',
    'Credits deposited 5 000.00 5 000.00 equal',
    'Credits paid out 118.40 118.40 equal',
    'Credits held 4 881.59 4 881.59 equal',
    'Work tokens emitted 3 120.00 1 902.11 1 217.88 not minted yet',
    'Every entry of the ledger balances',
    'Chain: deposited less paid out is what the settlement contract holds',
  ]);
  const statement = page.getByRole('link', { name: 'statement' });
  assert.equal(await statement.getAttribute('href'), `${gateway.url}/v1/epochs/25/statement`);
});

test('tells what happened on the chain, newest first, with links to its eras', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  const rows = page.locator('#timeline tbody tr');
  assert.equal(await rows.count(), exampleTimeline().length);
  assert.match(await textOf(rows.first()), /^2026-03-01 12:00:39 Redemption priced The reserve takes back/);
  assert.match(
    await textOf(rows.nth(-2)),
    /^2026-03-01 12:00:01 Era voided Eras 4 to 5 are void: it pays .+ Proven by 0x\S+\. 4 101 0x\S+…\S+$/,
  );
  await rows.nth(-2).getByRole('link').press('Enter');
  assert.match(page.url(), /#era-4$/);
  const top = (await page.locator('#era-4').boundingBox())!.y;
  assert.ok(top > 0 && top < 900, `row at ${top}`);
  assert.deepEqual(visited.complaints, []);
});

test('shows events of one kind alone, and of it what is new', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  const rows = page.locator('#timeline tbody tr');
  await page.getByLabel('Show').selectOption({ label: 'Era voided' });
  // While the new list is read there is no row at all.
  await rows.nth(1).waitFor({ state: 'detached' });
  await rows.getByText('Era voided').waitFor();
  const [, voided] = exampleTimeline();
  gateway.timeline = [...exampleTimeline(), { ...voided!, position: 2 ** 40, era: 2, lastEra: 2 } as TimelineEntry];
  await rows.nth(1).waitFor();
  assert.match(await textOf(rows), /Era voided Era 2 is void/);
  gateway.timeline = exampleTimeline();
  await page.getByLabel('Show').selectOption({ label: 'Pause ended' });
  await page.getByText('The pause of settlement is ended').waitFor();
  await page.getByLabel('Show').selectOption('');
  await rows.nth(5).waitFor();
  assert.deepEqual(visited.complaints, []);
});

test('says in words what is not there yet', { skip }, async () => {
  gateway.status = emptyStatus();
  gateway.timeline = [];
  await using visited = await visit();
  gateway.status = exampleStatus();
  gateway.timeline = exampleTimeline();
  includesAll(await textOf(visited.page.locator('body')), [
    'none settled yet',
    'No epoch has been settled yet; prices and charges appear here with the first one.',
    'No provider has registered a node and bonded it yet.',
    'No fault has been proposed.',
    'No era has ended yet; its payout root appears here when it does.',
    'Nothing has happened on the chain yet.',
    'The chain has not been read yet.',
  ]);
  assert.deepEqual(visited.complaints, []);
});

test('says in words that the books disagree', { skip }, async () => {
  const status = exampleStatus();
  const chain = { ...status.conservation.chain!, depositedGrains: '5000000001' };
  gateway.status = { ...status, conservation: { ...status.conservation, chain, agree: false } };
  await using visited = await visit();
  gateway.status = exampleStatus();
  includesAll(await textOf(visited.page.locator('#conservation')), [
    'Ledger and chain disagree at block 4 211. Payouts stop until they agree.',
    '<0.01 chain has more',
    'Chain: deposited less paid out is not what the settlement contract holds',
  ]);
});

test('a figure that cannot be read costs its section, not the page, and only until the next answer', {
  skip,
}, async () => {
  const status = exampleStatus();
  gateway.status = { ...status, nodes: [{ ...status.nodes[0]!, earnedCreditsGrains: 'much' }] };
  await using visited = await visit();
  gateway.status = status;
  const message =
    'Providers cannot be shown from the gateway\'s last answer: amount: expected a whole number, got "much".';
  await visited.page.getByText(message).waitFor();
  includesAll(await textOf(visited.page.locator('#faults')), ['Wrong result']);
  await visited.page.locator('.provider').first().waitFor();
  assert.equal(await visited.page.getByText(message).count(), 0);
});

test('follows the network live and says aloud what matters', { skip }, async () => {
  const status = exampleStatus();
  gateway.status = { ...status, faults: [] };
  await using visited = await visit();
  const { page } = visited;
  await page.getByText('No fault has been proposed.').waitFor();
  gateway.status = { ...status, epoch: 28, faults: [status.faults[2]!] };
  await page.locator('.fault').waitFor();
  includesAll(await textOf(page.locator('.epoch-strip')), ['Epoch 28']);
  const said = await textOf(page.locator('#announcement'));
  assert.match(said, /^Fault proposed: abandoned work, node [0-9a-f]{8}…\.$/);
  gateway.status = exampleStatus();
  assert.deepEqual(visited.complaints, []);
});

test('says that the connection is lost, since when, and recovers', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  await gateway.stop();
  await page.getByText('Connection lost, last seen').waitFor();
  const banner = await textOf(page.locator('.banner'));
  assert.match(
    banner,
    /last seen (just now|\d+ s ago)\. The figures below are from then\. Trying again (now|in \d+ s)\./,
  );
  assert.match(banner, /GATEWAY-UNREACHABLE/);
  includesAll(await textOf(page.locator('.masthead')), ['Connection lost', 'Epoch 27', 'clock stopped']);
  assert.match(await page.title(), /^Connection lost: /);
  assert.equal(await textOf(page.locator('#announcement')), 'Connection to the gateway lost.');
  for (const width of [1280, 768, 390]) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await contrastFaults(page), []);
    assert.deepEqual(await overflowFaults(page), []);
  }
  await gateway.start();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.locator('.banner').waitFor({ state: 'detached' });
  includesAll(await textOf(page.locator('.masthead')), ['Live']);
  assert.equal(await textOf(page.locator('#announcement')), 'Connection restored.');
});

test('says where it looked when the gateway never answered', { skip }, async () => {
  await gateway.stop();
  const context = await chromium.browser.newContext();
  const page = await context.newPage();
  await page.goto(running.url);
  await page.getByText(`No answer from ${gateway.url}.`).waitFor();
  includesAll(await textOf(page.locator('main')), [`Waiting for the first answer of the gateway at ${gateway.url}.`]);
  await gateway.start();
  await page.waitForSelector('#conservation');
  await context.close();
});

for (const width of [1280, 768, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`fits, contrasts and is well built at ${width} px in the ${colorScheme} scheme`, { skip }, async () => {
      await using visited = await visit({ viewport: { width, height: 900 }, colorScheme });
      await visited.page.getByText('The same figures as a table').click();
      assert.deepEqual(await overflowFaults(visited.page), []);
      assert.deepEqual(await contrastFaults(visited.page), []);
      assert.deepEqual(await structureFaults(visited.page), []);
      assert.deepEqual(visited.complaints, []);
    });
  }
}

test('the inspections find what they look for', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  await page.locator('main').evaluate((main) => {
    const add = (tag: string, text: string, style: Readonly<Record<string, string>> = {}) => {
      const element = main.ownerDocument.createElement(tag);
      element.textContent = text;
      Object.assign(element.style, style);
      main.append(element);
    };
    add('p', 'pale', { color: '#999999', background: '#ffffff' });
    add('p', 'wide', { width: '1400px' });
    add('button', '');
    add('table', '');
    add('h4', 'deep');
  });
  const whats = (faults: readonly Fault[]) => faults.map((fault) => fault.what);
  assert.deepEqual(whats(await contrastFaults(page)), ['contrast 2.85']);
  const overflow = whats(await overflowFaults(page));
  assert.match(overflow.join(), /^page is 14\d\d px wide,ends at 14\d\d px$/);
  assert.deepEqual(whats(await structureFaults(page)), [
    'control without a name',
    'table without a caption',
    'heading level skipped',
  ]);
});

test('changes with the system from light to dark, charts included', { skip }, async () => {
  await using visited = await visit({ colorScheme: 'light' });
  const { page } = visited;
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const inkOfChart = () =>
    page
      .locator('.plot canvas')
      .first()
      .screenshot({ animations: 'disabled' })
      .then((png) => png.toString('base64'));
  const [light, lightChart] = [await ground(), await inkOfChart()];
  const lightCanvas = page.locator('.plot canvas[data-scheme=light]').first();
  await page
    .locator('.plot canvas')
    .first()
    .evaluate((canvas) => canvas.setAttribute('data-scheme', 'light'));
  await page.emulateMedia({ colorScheme: 'dark' });
  await lightCanvas.waitFor({ state: 'detached' });
  assert.notEqual(await ground(), light);
  assert.notEqual(await inkOfChart(), lightChart);
  assert.equal(await page.locator('.plot canvas').count(), 4);
});

test('moves only where motion is welcome', { skip }, async () => {
  const animationOf = async (reducedMotion: 'reduce' | 'no-preference') => {
    await using visited = await visit({ reducedMotion });
    return await visited.page.evaluate('getComputedStyle(document.querySelector(".pulse")).animationName');
  };
  assert.equal(await animationOf('reduce'), 'none');
  assert.equal(await animationOf('no-preference'), 'pulse');
});

test('is walked through by keyboard, the way past the masthead first', { skip }, async () => {
  await using visited = await visit();
  const { page } = visited;
  const names: unknown[] = [];
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press('Tab');
    names.push(await page.evaluate('document.activeElement.textContent.trim()'));
    assert.equal(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
  }
  assert.deepEqual(names, [
    'Skip to the figures',
    'Overview',
    'Providers',
    'Faults',
    'Settlement',
    'Timeline',
    'Conservation',
    'The same figures as a table',
  ]);
  await page.getByRole('link', { name: 'Faults' }).press('Enter');
  const top = (await page.locator('#faults h2').boundingBox())!.y;
  const masthead = (await page.locator('.masthead').boundingBox())!;
  assert.ok(top >= masthead.y + masthead.height && top < 400, `heading at ${top}`);
});

test('captureConsole writes a picture of the asked size, below 400 kB', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-console-'));
  try {
    const file = join(folder, 'console.png');
    await captureConsole({ url: running.url, file, width: 1280, height: 1400, colorScheme: 'light' });
    const png = readFileSync(file);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 1400]);
    assert.ok(png.length > 50_000 && png.length <= 400_000, `${png.length} bytes`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
