// Writes the pictures that the marks' tests compare with. Look at each difference before it is committed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES } from '../src/marks/examples.fixture.ts';

for (const [name, svg] of Object.entries(EXAMPLES)) {
  writeFileSync(join(import.meta.dirname, '../golden', `${name}.svg`), svg);
}
