import { setTimeout as sleep } from 'node:timers/promises';
import { chromiumPath, launchChromium } from '../apps/console/capture.ts';

/** A network's console in a real browser, for the tests that ask what its user gets to see. */

/** As a test's options: skipped where there is no browser, which CI does not accept. */
export const browserTest =
  chromiumPath() === null && process.env.CI !== 'true'
    ? { skip: 'needs Chromium: install the package `chromium`, or set STANNARY_CHROMIUM' }
    : {};

/** A row of the timeline as a person reads it: any space is one space. */
export interface ToldEvent {
  /** Of its kind, e.g. `Era voided`. */
  readonly event: string;
  readonly telling: string;
  readonly era: string;
}

export interface OpenConsole extends AsyncDisposable {
  /** Has the timeline show the newest events of one kind alone, e.g. `Era voided`. */
  readonly showKind: (event: string) => Promise<void>;
  /** The timeline, oldest first, once it says what is asked for; it fails with the test's own time. */
  readonly untilTold: (says: (told: readonly ToldEvent[]) => boolean) => Promise<ToldEvent[]>;
  /** Errors that the page threw. */
  readonly errors: readonly string[];
}

export async function openConsole(url: string): Promise<OpenConsole> {
  const { browser, [Symbol.asyncDispose]: close } = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  const timeline = async (): Promise<ToldEvent[]> => {
    const rows = await page
      .locator('#timeline tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim())),
      );
    return rows.map(([, event = '', telling = '', era = '']) => ({ event, telling, era })).toReversed();
  };
  const showKind = async (label: string) => {
    await page.getByLabel('Show').selectOption({ label });
  };
  const untilTold = async (says: (told: readonly ToldEvent[]) => boolean): Promise<ToldEvent[]> => {
    for (;;) {
      const told = await timeline();
      if (says(told)) return told;
      await sleep(200);
    }
  };
  return { showKind, untilTold, errors, [Symbol.asyncDispose]: close };
}
