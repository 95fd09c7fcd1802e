// Writes docs/reference/contracts from the compiled contracts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { generateContracts } = await import('../settlement/contracts/tools/build.ts');
const { CONTRACT_PAGES, contractPages } = await import('../settlement/contracts/tools/pages.ts');
const { ROOT } = await import('./source-tree.ts');

generateContracts();
const folder = join(ROOT, CONTRACT_PAGES);
mkdirSync(folder, { recursive: true });
const pages = contractPages();
for (const { file, text } of pages) writeFileSync(join(folder, file), text);
console.log(`${CONTRACT_PAGES}: ${pages.length} pages`);
