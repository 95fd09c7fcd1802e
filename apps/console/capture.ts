import { accessSync, constants, statSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export interface CaptureOptions {
  /** The console's address. */
  readonly url: string;
  /** PNG to write. */
  readonly file: string;
  /** Viewport, CSS pixels; one picture pixel each. */
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

const PNG_BYTES_MAX = 400_000;

/**
 * Takes a picture of the console once it shows an answer of the gateway.
 *
 * @throws Error when no Chromium is installed, no answer is shown within 30 s, or the picture passes 400 kB.
 */
export async function captureConsole({ url, file, width, height, colorScheme }: CaptureOptions): Promise<void> {
  await using launched = await launchChromium();
  const viewport = { width, height };
  const page = await launched.browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1, reducedMotion: 'reduce' });
  await page.goto(url);
  await page.waitForSelector('#conservation');
  await page.screenshot({ path: file, animations: 'disabled' });
  const bytes = statSync(file).size;
  if (bytes > PNG_BYTES_MAX) throw new Error(`${file}: expected at most ${PNG_BYTES_MAX} bytes, got ${bytes}`);
}

const CHROMIUM = process.env.STANNARY_CHROMIUM ?? '/usr/bin/chromium';

/** Where Chromium is: STANNARY_CHROMIUM, else Debian's; null when there is none. */
export function chromiumPath(): string | null {
  try {
    accessSync(CHROMIUM, constants.X_OK);
    return CHROMIUM;
  } catch {
    return null;
  }
}

const QUIET_FLAGS = [
  '--disable-gpu',
  '--disable-lcd-text',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium that asks nobody for anything; closed when the handle is disposed of. */
export async function launchChromium(): Promise<AsyncDisposable & { readonly browser: Browser }> {
  const executablePath = chromiumPath();
  if (executablePath === null) {
    throw new Error(`no Chromium at ${CHROMIUM}: install the package \`chromium\`, or set STANNARY_CHROMIUM`);
  }
  // Chromium's sandbox refuses to start as root.
  const args = process.getuid?.() === 0 ? [...QUIET_FLAGS, '--no-sandbox'] : QUIET_FLAGS;
  const browser = await chromium.launch({ executablePath, args });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}
