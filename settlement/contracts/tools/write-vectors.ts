import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from './forge.ts';
import { reserveVectors } from './reserve-vectors.ts';
import { rewardVectors } from './reward-vectors.ts';

// Writes the committed vectors anew: `node settlement/contracts/tools/write-vectors.ts`. With a number: that many cases of
// each function, beside forge's own output, for `FOUNDRY_PROFILE=deep forge test`.

/** Cases of each function in the committed files. */
export const CASES = 200;
const WRITERS = { reserve: reserveVectors, rewards: rewardVectors } as const;
export const VECTOR_FILES = Object.keys(WRITERS) as (keyof typeof WRITERS)[];

export function vectorFile(name: keyof typeof WRITERS): string {
  return join(projectFolder, '..', '..', 'test', 'vectors', `${name}.json`);
}

/** The file's text, as the formatter leaves it. */
export function vectorText(name: keyof typeof WRITERS, cases: number): string {
  return `${JSON.stringify(WRITERS[name](cases), null, 2)}\n`;
}

if (import.meta.main) {
  const [cases] = process.argv.slice(2).map(Number);
  for (const name of VECTOR_FILES) {
    const file = cases === undefined ? vectorFile(name) : join(projectFolder, 'cache', `${name}-deep.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, vectorText(name, cases ?? CASES));
    console.log(`wrote ${file}`);
  }
}
