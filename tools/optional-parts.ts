// What some tests need and npm cannot install. A test that needs one of these skips where it is missing and names it;
// `npm test` says so in plain words beforehand, and with CI=true a missing part is a failure.
import { existsSync } from 'node:fs';

export interface OptionalPart {
  /** As it stands in the reason of a skip. */
  readonly name: string;
  /** What goes untested without it. */
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
    howToGet: 'sudo apt-get install chromium fonts-dejavu (or set CHROMIUM to the path of one you have)',
    neededBy: /'playwright-core'/,
    find: findChromium,
  },
];

/** Path of a Chromium: the environment's CHROMIUM, else where Debian and others put it; null without one. */
function findChromium(): string | null {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}
