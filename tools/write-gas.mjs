// Measures the contracts' gas; writes settlement/contracts/snapshots and docs/reference/gas.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { projectFolder } = await import('../settlement/contracts/tools/forge.ts');
const { GAS_PAGE, gasPage, measureGas, snapshotFiles } = await import('../settlement/contracts/tools/gas.ts');
const { ROOT } = await import('./source-tree.ts');

const gas = measureGas();
const folder = join(projectFolder, 'snapshots');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const { file, text } of snapshotFiles(gas)) writeFileSync(join(folder, file), text);
writeFileSync(join(ROOT, GAS_PAGE), gasPage(gas));
console.log(`${GAS_PAGE}: ${Object.values(gas).flatMap(Object.keys).length} operations`);
