// Writes docs/reference/refusals.md from the sources.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { productRefusals, REFUSALS_PAGE, refusalsPage } = await import('./refusal-table.ts');
const { ROOT } = await import('./source-tree.ts');

const refusals = productRefusals();
writeFileSync(join(ROOT, REFUSALS_PAGE), refusalsPage(refusals));
console.log(`${REFUSALS_PAGE}: ${refusals.length} codes`);
