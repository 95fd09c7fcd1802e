// Writes docs/reference/scenario.md from the catalogue of scenario files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { loadEconomy } = await import('@stannary/economies');
const { SCENARIO_PAGE, scenarioPage } = await import('@stannary/simulator/lab');
const { ROOT } = await import('./source-tree.ts');

writeFileSync(join(ROOT, SCENARIO_PAGE), scenarioPage((await loadEconomy('reference')).economy));
console.log(SCENARIO_PAGE);
