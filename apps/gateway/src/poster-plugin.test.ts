import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EraPosting, loadPosterPlugin } from './poster-plugin.ts';

test('a poster’s own module says what is posted, told its option', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-plugin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'plugin.mjs');
  writeFileSync(path, "export default (option) => ({ voided }) => [option, voided].join(' ');");
  const shape = await loadPosterPlugin({ path, option: 'told' });
  assert.equal(shape({ voided: 3 } as EraPosting), 'told 3');
});

test('GATEWAY-PLUGIN: no module there, or no function as its default', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-plugin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'plugin.mjs');
  const refused = { code: 'GATEWAY-PLUGIN', refusalClass: 'input' };
  await assert.rejects(loadPosterPlugin({ path, option: '' }), refused);
  writeFileSync(path, 'export default 5;');
  await assert.rejects(loadPosterPlugin({ path, option: '' }), refused);
});
