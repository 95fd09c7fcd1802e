// Writes the plots of docs/explanation/economics/ from the kernel and the reference economy.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { loadEconomy } = await import('@stannary/economies');
const { plotSvg } = await import('@stannary/plot');
const { economicsPlots, PLOTS_FOLDER } = await import('./economics-plots.ts');
const { ROOT } = await import('./source-tree.ts');

const plots = Object.entries(economicsPlots((await loadEconomy('reference')).economy));
mkdirSync(join(ROOT, PLOTS_FOLDER), { recursive: true });
for (const [name, plot] of plots) writeFileSync(join(ROOT, PLOTS_FOLDER, `${name}.svg`), plotSvg(plot));
console.log(`${PLOTS_FOLDER}: ${plots.length} plots`);
