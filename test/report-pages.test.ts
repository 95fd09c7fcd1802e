import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { reportHtml, simulationHtml } from '@stannary/simulator/lab';
import { chromiumPath, launchChromium } from '../apps/console/capture.ts';
import { contrastFaults, overflowFaults, structureFaults } from '../apps/console/console.inspection.ts';
import { FAILING_REPORT, WAIVED_REPORT } from '../simulator/src/lab/report/gate-report.fixture.ts';

// The pages of reports as a browser draws them.

const WANTED = 'needs Chromium: install the package `chromium`, or set STANNARY_CHROMIUM';
const skip = chromiumPath() === null && process.env.CI !== 'true' ? WANTED : false;

const root = mkdtempSync(join(tmpdir(), 'stannary-pages-'));
const economy = { name: 'harbour', version: 3, hash: '3f'.repeat(32) };
const figure = { value: 0.0101, interval: [0.0099, 0.0103], confidence: 0.95, samples: 50 } as const;
const points = ['base', 'demand.elasticity=0.6', 'price.gain=0.05'].map((name) => ({
  name,
  figures: [{ name: 'price', unit: 'credits per NCU·h', figure }],
  fans: FAILING_REPORT.fans,
}));
const PAGES = {
  'a failing gate': reportHtml(FAILING_REPORT),
  'a gate without bounds': reportHtml(WAIVED_REPORT),
  'a simulation': simulationHtml({ economy, scenario: { horizonEpochs: 336 }, points }),
};

type Chromium = Awaited<ReturnType<typeof launchChromium>>;
type ContextOptions = Parameters<Chromium['browser']['newContext']>[0];
type Page = Awaited<ReturnType<Chromium['browser']['newPage']>>;

let chromium: Chromium;

before(async () => {
  if (!skip) chromium = await launchChromium();
});

after(async () => {
  await chromium?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complains of, and whatever the page asks for but itself. */
  readonly complaints: string[];
}

async function visit(html: string, options: ContextOptions): Promise<Visit> {
  const file = join(root, 'page.html');
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Everything that is folded away, too. */
async function unfold(page: Page): Promise<void> {
  await page.locator('details:not([open])').evaluateAll((all) => {
    for (const one of all) one.setAttribute('open', '');
  });
}

for (const [name, html] of Object.entries(PAGES)) {
  test(`${name}: legible in light, and a screen reader can make sense of it`, { skip }, async () => {
    await using visited = await visit(html, { colorScheme: 'light' });
    await unfold(visited.page);
    assert.deepEqual(await contrastFaults(visited.page), []);
    const faults = await structureFaults(visited.page);
    // A page that never changes announces nothing; pictures have their words in a title and a description.
    const ours = faults.filter(({ what, where }) => what !== 'picture without words' && where !== '[aria-live=polite]');
    assert.deepEqual(ours, []);
    const pictures = visited.page.locator('svg[role=img]');
    assert.ok((await pictures.count()) > 0);
    assert.equal(await visited.page.locator('svg[role=img]:has(> title):has(> desc)').count(), await pictures.count());
    assert.deepEqual(visited.complaints, []);
  });

  test(`${name}: legible in dark, nothing sticks out of a window of 375 px, nothing is asked for`, {
    skip,
  }, async () => {
    await using visited = await visit(html, { viewport: { width: 375, height: 800 }, colorScheme: 'dark' });
    await unfold(visited.page);
    assert.deepEqual(await overflowFaults(visited.page), []);
    assert.deepEqual(await contrastFaults(visited.page), []);
    assert.deepEqual(visited.complaints, []);
  });
}

test('on paper, what is folded away is there', { skip }, async () => {
  await using visited = await visit(PAGES['a failing gate'], {});
  await visited.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const box = await visited.page.locator('details:not([open]) dl').first().boundingBox();
  assert.ok(box !== null && box.height > 100, JSON.stringify(box));
  assert.deepEqual(await contrastFaults(visited.page), []);
  const pdf = await visited.page.pdf({ preferCSSPageSize: true });
  assert.ok(pdf.length > 20_000);
});
