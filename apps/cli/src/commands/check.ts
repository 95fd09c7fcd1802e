import {
  type Change,
  type CheckResult,
  EconomyRefusal,
  type LoadedEconomy,
  loadEconomy,
  type Override,
  type Policy,
  runChecks,
} from '@stannary/economies';
import { EXIT_STATUS } from '../refusal.ts';

export interface CheckFlags {
  readonly set: readonly Override[];
  readonly json: boolean;
}

interface CheckedVersion {
  readonly version: number;
  readonly fromEpoch: number;
  readonly economyHash: string;
  /** Hard bounds that `bounds: waived` passes. */
  readonly waivedBounds: readonly string[];
  readonly checks: readonly (CheckResult & { readonly verdict: 'passed' | 'failed' | 'waived' })[];
}

interface CheckedFile {
  readonly file: string;
  readonly name: string | null;
  readonly overridden: readonly string[];
  readonly versions: readonly CheckedVersion[];
  readonly refusals: readonly Pick<EconomyRefusal, 'code' | 'where' | 'expected' | 'got' | 'message'>[];
}

const CHECK_FAILED = 1;
/** Of one file; `--json` has them all. */
const REFUSALS_SHOWN = 21;

/** Loads and checks each file; the exit status: 0 all passed, 1 a check failed, 2 a file was refused. */
export async function checkFiles(files: readonly string[], flags: CheckFlags): Promise<number> {
  const checked: CheckedFile[] = [];
  for (const [index, file] of files.entries()) {
    if (!flags.json) sayProgress(index + 1, files);
    const found = await checkFile(file, flags.set);
    checked.push(found);
    if (!flags.json) console.log(`${index === 0 ? '' : '\n'}${fileText(found)}`);
  }
  if (flags.json) console.log(JSON.stringify({ files: checked }));
  else if (files.length > 1) console.log(`\n${summaryText(checked)}`);
  if (checked.some(({ refusals }) => refusals.length > 0)) return EXIT_STATUS.input;
  const failed = checked.some(({ versions }) => versions.some(hasFailed));
  return failed ? CHECK_FAILED : 0;
}

/** To whoever waits at a terminal: looking for smallest changes may take seconds. */
function sayProgress(number: number, files: readonly string[]): void {
  if (files.length > 1 && process.stderr.isTTY) {
    process.stderr.write(`checking ${number} of ${files.length}: ${files[number - 1]}\n`);
  }
}

async function checkFile(file: string, set: readonly Override[]): Promise<CheckedFile> {
  try {
    const loaded = await loadEconomy(file, { set });
    return { file, ...heading(loaded), versions: loaded.policies.map(checkVersion), refusals: [] };
  } catch (error) {
    if (!(error instanceof EconomyRefusal)) throw error;
    const all = [error, ...error.others];
    const refusals = all.map(({ code, where, expected, got, message }) => ({ code, where, expected, got, message }));
    return { file, name: null, overridden: [], versions: [], refusals };
  }
}

function heading({ economy, overridden }: LoadedEconomy): Pick<CheckedFile, 'name' | 'overridden'> {
  return { name: economy.name, overridden };
}

function checkVersion(policy: Policy): CheckedVersion {
  const { version, fromEpoch, economyHash, economy, reading } = policy;
  const unmet = economy.bounds === 'waived' ? 'waived' : 'failed';
  const checks = runChecks(policy).map((result) => ({ ...result, verdict: result.passed ? 'passed' : unmet }) as const);
  return { version, fromEpoch, economyHash, waivedBounds: reading.waived.map(({ message }) => message), checks };
}

function hasFailed({ checks }: CheckedVersion): boolean {
  return checks.some(({ verdict }) => verdict === 'failed');
}

function fileText({ file, name, overridden, versions, refusals }: CheckedFile): string {
  const refused = refusals.slice(0, REFUSALS_SHOWN).map(({ code, message }) => `  ✗ refused  ${message} [${code}]`);
  const more = refusals.length > REFUSALS_SHOWN ? [`  … and ${refusals.length - REFUSALS_SHOWN} more`] : [];
  if (name === null) return [file, ...refused, ...more].join('\n');
  const head = `${file}: economy ${name}, ${counted(versions.length, 'version')}, ${counted(overridden.length, 'field')} overridden`;
  return [head, ...versions.flatMap(versionLines)].join('\n');
}

function versionLines({ version, fromEpoch, economyHash, waivedBounds, checks }: CheckedVersion): readonly string[] {
  const passed = checks.filter((check) => check.passed).length;
  const waived =
    waivedBounds.length === 0 ? [] : ['', '  hard bounds waived', ...waivedBounds.map((one) => `    ✗ ${one}`)];
  const sections = [...new Set(checks.map(({ section }) => section))];
  const binds = checks.some(({ verdict }) => verdict === 'waived')
    ? '; bounds are waived, so what fails binds nobody'
    : '';
  return [
    `version ${version}, from epoch ${fromEpoch}, ${economyHash}`,
    ...waived,
    ...sections.flatMap((section) => sectionLines(section, checks)),
    '',
    `  ${passed} of ${checks.length} checks passed${binds}`,
  ];
}

function sectionLines(section: string, checks: CheckedVersion['checks']): readonly string[] {
  const own = checks.filter((check) => check.section === section);
  return ['', `  ${section}`, ...own.flatMap(checkLines)];
}

const ID_WIDTH = 19;
const ABOUT_WIDTH = 13;
const INDENT = ' '.repeat(6);

/** What passed is one line; what did not says its formula and the smallest changes that would pass. */
function checkLines({ id, about, passed, numbers, title, formula, changes }: CheckedVersion['checks'][number]) {
  const line = `    ${passed ? '✓' : '✗'} ${id.padEnd(ID_WIDTH)}${about.padEnd(ABOUT_WIDTH)}${numbers}`;
  if (passed) return [line];
  const would = changes.map((change) => `${INDENT}  would pass with  ${changeText(change)}`);
  const nothing = `${INDENT}  no change of one field within its bounds would pass`;
  return [line, `${INDENT}  ${title}: ${formula}`, ...(would.length === 0 ? [nothing] : would)];
}

function changeText({ path, from, to, also }: Change): string {
  const one = `${path}: ${to} (now ${from})`;
  return also === null ? one : `${one} and ${also.path}: ${also.to} (now ${also.from})`;
}

/** The last lines of a long list: how many files hold, and which do not. */
function summaryText(checked: readonly CheckedFile[]): string {
  const refused = checked.filter(({ refusals }) => refusals.length > 0);
  const failed = checked.filter(({ versions }) => versions.some(hasFailed));
  const counts = `${counted(checked.length, 'file')}: ${checked.length - refused.length - failed.length} hold, ${failed.length} fail, ${refused.length} refused`;
  const named = [...failed, ...refused].map(({ file }) => `  ✗ ${file}`);
  return [counts, ...named].join('\n');
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
