import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './forge.ts';
import { reserveVectors } from './reserve-vectors.ts';

// Writes the committed vectors anew: `node settlement/contracts/tools/write-vectors.ts`. With a number: that many cases of
// each function, beside forge's own output, for `FOUNDRY_PROFILE=deep forge test`.

/** Cases of each function in the committed file. */
export const CASES = 200;
export const RESERVE_FILE = join(projectFolder, '..', '..', 'test', 'vectors', 'reserve.json');
const DEEP_FILE = join(projectFolder, 'cache', 'reserve-deep.json');

/** The file's text, as the formatter leaves it. */
export function reserveText(cases: number): string {
  return `${JSON.stringify(reserveVectors(cases), null, 2)}\n`;
}

if (import.meta.main) {
  const [cases] = process.argv.slice(2).map(Number);
  const file = cases === undefined ? RESERVE_FILE : DEEP_FILE;
  writeFileSync(file, reserveText(cases ?? CASES));
  console.log(`wrote ${file}`);
}
