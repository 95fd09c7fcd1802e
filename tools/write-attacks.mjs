// Writes docs/reference/attacks/ from the catalogue of attacks and the reference economy.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { loadEconomy } = await import('@stannary/economies');
const { ATTACKS_FOLDER, attackPages } = await import('./attack-pages.ts');
const { ROOT } = await import('./source-tree.ts');

const folder = join(ROOT, ATTACKS_FOLDER);
mkdirSync(folder, { recursive: true });
const pages = attackPages((await loadEconomy('reference')).economy);
for (const file of readdirSync(folder)) if (!(file in pages)) rmSync(join(folder, file));
for (const [file, text] of Object.entries(pages)) writeFileSync(join(folder, file), text);
console.log(`${ATTACKS_FOLDER}: ${Object.keys(pages).length} files`);
