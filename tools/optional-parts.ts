// What some tests need and npm cannot install. A test that needs one of these skips where it is missing and names it;
// `npm test` says so in plain words beforehand, and with CI=true a missing part is a failure.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-tree.ts';

export interface OptionalPart {
  /** As it stands in the reason of a skip. */
  readonly name: string;
  /** What goes untested without it, as a clause. */
  readonly loss: string;
  readonly howToGet: string;
  /** Matches the source of a test file that needs it. */
  readonly neededBy: RegExp;
  /** The path of the program, or null. */
  readonly find: () => string | null;
}

export const OPTIONAL_PARTS: readonly OptionalPart[] = [
  {
    name: 'Chromium',
    loss: 'nobody looks at the console in a browser',
    howToGet: 'sudo apt-get install chromium fonts-dejavu, or set STANNARY_CHROMIUM to the path of one you have',
    neededBy: /launchChromium/,
    find: () => firstThere([process.env.STANNARY_CHROMIUM ?? '/usr/bin/chromium']),
  },
  {
    name: 'public vectors',
    loss: 'messages are not compared with the vectors of others',
    howToGet: 'put them beside the repository as ../shared/vectors, or set STANNARY_VECTORS to their folder',
    neededBy: /vectorTest/,
    find: () => firstThere([process.env.STANNARY_VECTORS ?? join(ROOT, '../shared/vectors')]),
  },
  {
    name: 'real traces',
    loss: 'the local network is not run under a real request trace, and no real payouts are recomputed',
    howToGet: 'put them beside the repository as ../shared/data, or set STANNARY_DATA to their folder',
    neededBy: /sharedData/,
    find: () => firstThere([process.env.STANNARY_DATA ?? join(ROOT, '../shared/data')]),
  },
  {
    name: 'PostgreSQL',
    loss: 'no campaign is run over a queue on several machines',
    howToGet: 'sudo apt-get install postgresql, or set STANNARY_POSTGRES to the folder of its programs',
    neededBy: /postgresFolder/,
    find: () => firstThere([process.env.STANNARY_POSTGRES ?? '', ...globSync('/usr/lib/postgresql/*/bin')]),
  },
  {
    name: 'Z3',
    loss: 'laws of the contracts are tried, not proved',
    howToGet: 'sudo apt-get install z3, or set STANNARY_Z3 to its path',
    neededBy: /from '\.\/proofs\.ts'/,
    find: () => firstThere([process.env.STANNARY_Z3 ?? '/usr/bin/z3']),
  },
  {
    name: '/dev/full',
    loss: 'nobody sees what the meter does on a full disk',
    howToGet: 'run the tests on Linux',
    neededBy: /'\/dev\/full'/,
    find: () => firstThere(['/dev/full']),
  },
];

function firstThere(paths: readonly string[]): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}
