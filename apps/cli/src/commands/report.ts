import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { readReport, reportHtml, verdictText } from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { inert } from '../gate/print.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';

interface ReportFlags {
  readonly out?: string;
  readonly open: 'yes' | 'no';
  readonly force: boolean;
  readonly json: boolean;
}

/** Of a report with many fans it is a tenth; the reader has a bound of its own in characters. */
const BYTES_MAX = 64 * 1024 * 1024;

/** `stannary report`. */
export function defineReport(command: Command): void {
  command
    .description('a gate report as one page of HTML, after its shape, verdicts and signature were checked')
    .argument('<file>', 'report file of a gate, JSON')
    .option('--out <file>', 'page to write; without it the name of the report with .html')
    .addOption(new Option('--open <when>', 'show the page in the browser').choices(['yes', 'no']).default('no'))
    .option('--force', 'overwrite a file that is there', false)
    .option('--json', 'print one line of JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary report launch/gate-report.json --out report.html\n\nExit status: 0 the page is written, whatever the verdicts are, 2 the report was refused.',
    )
    .action(writeReport);
}

/** Refuses as `readReport` and `writeNew` do, and with REPORT-FILE and REPORT-OUT. */
function writeReport(file: string, flags: ReportFlags): void {
  const { report, signature } = readReport(textOf(file), file);
  const out = flags.out ?? `${file.replace(/\.json$/, '')}.html`;
  const unwritable = (detail: { where: string; expected: string; got: string }) =>
    new CliRefusal('REPORT-OUT', 'give-up', detail);
  writeNew(out, reportHtml(report, signature), flags.force, unwritable);
  const { economy, verdicts } = report;
  const shown = inert(report);
  const signedBy = signature?.publicKey ?? null;
  if (flags.json) console.log(JSON.stringify({ file: out, economy, verdicts, signedBy }));
  else {
    console.log(`${out}: ${shown.economy.name}, version ${economy.version}`);
    console.log(verdictText(shown).replaceAll('\u00a0', ' '));
    if (economy.boundsWaived) console.log('Bounds waived: never deployable.');
    console.log(
      signedBy === null ? 'Not signed.' : `Signed by ${signedBy}; compare it with a key you got another way.`,
    );
  }
  if (flags.open === 'yes') openInBrowser(out);
}

function textOf(file: string): string {
  const refuse = (expected: string, got: string) =>
    new CliRefusal('REPORT-FILE', 'input', {
      where: file,
      expected,
      got,
      remedy: 'give the gate-report.json of a gate',
    });
  try {
    const { size } = statSync(file);
    if (size > BYTES_MAX) throw refuse(`at most ${BYTES_MAX} bytes`, `${size}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CliRefusal) throw error;
    throw refuse('a file that can be read', (error as { code?: string }).code ?? 'an error');
  }
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Best effort: where there is no browser, the page is written all the same. */
function openInBrowser(file: string): void {
  const [program, ...first] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...first, file], { stdio: 'ignore', detached: true });
  child.on('error', () => console.error(`${file}: no browser could be started`));
  child.unref();
}
