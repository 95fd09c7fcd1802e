// Names every platform's binary package in package-lock.json. npm leaves out those that its registry does not carry, and
// `npm ci` then refuses the lock file on every machine. Run it after a change of dependencies, where a house test says so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { completeLock } = await import('./lock-file.ts');
const { ROOT, textOf } = await import('./source-tree.ts');

const before = textOf('package-lock.json');
const { text, added } = completeLock(before);
if (added.length > 0) writeFileSync(join(ROOT, 'package-lock.json'), text);
console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`);
