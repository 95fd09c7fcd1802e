// Writes docs/reference/classes.md from the reference economy.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { loadEconomy } = await import('@stannary/economies');
const { CLASSES_PAGE, classesPage } = await import('./classes-table.ts');
const { ROOT } = await import('./source-tree.ts');

writeFileSync(join(ROOT, CLASSES_PAGE), classesPage((await loadEconomy('reference')).economy));
console.log(CLASSES_PAGE);
