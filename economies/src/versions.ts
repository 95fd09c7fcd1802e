import { type BenchmarkTable, benchmarkViolations } from '@stannary/kernel';
import { economyCatalogue } from './catalogue/economy.ts';
import { dateMs, EPOCHS, expectedOf, type Measure, measured, SHARE } from './catalogue/kinds.ts';
import type { FullScale } from './catalogue/parts.ts';
import { stepText } from './catalogue/step-text.ts';
import { versionHead } from './catalogue/versions.ts';
import { compare, distance, ratio, times, wholeOf } from './decimal.ts';
import { merge } from './layers.ts';
import { type Reading, readSection, readSource, type Seen } from './read.ts';
import { EconomyRefusal, type EconomyRefusalCode } from './refusal.ts';
import { type SourceMap, type SourceNode, shownNode } from './source.ts';

/** One version's rules and where they begin. */
export interface VersionReading {
  readonly version: number;
  readonly fromEpoch: number;
  /** Since genesis. */
  readonly fromMs: number;
  readonly source: SourceMap;
  readonly reading: Reading;
}

/** `set` changes rules; who the economy is and where it comes from are not rules. */
const NOT_SET = ['extends', 'versions', 'version'];
const KEYS = ['version', 'from', 'set', 'stepWaived'];

/**
 * All versions of a file, each the one before with its changes: `versions: [{ version, from, set, stepWaived? }]`.
 * @throws EconomyRefusal ECONOMY-VERSION-ORDER, ECONOMY-VERSION-START, ECONOMY-STEP, ECONOMY-FIXED, and whatever a
 *   version makes of the fields
 */
export function readVersions(root: SourceMap): readonly VersionReading[] {
  const entries = new Map(root.entries);
  const list = entries.get('versions');
  entries.delete('versions');
  const source = { ...root, entries };
  const reading = readSource(source);
  const first = { version: reading.profile.version, fromEpoch: 0, fromMs: 0, source, reading };
  if (list === undefined || (list.form === 'value' && list.value === null)) return [first];
  if (list.form !== 'list') throw refusal('ECONOMY-TYPE', list, 'versions', 'a list', shownNode(list));
  const versions: VersionReading[] = [first];
  list.items.forEach((item, index) => void versions.push(nextVersion(versions, item, `versions[${index}]`)));
  return versions;
}

function nextVersion(earlier: readonly VersionReading[], item: SourceNode, path: string): VersionReading {
  const before = earlier.at(-1)!;
  if (item.form !== 'map') throw refusal('ECONOMY-TYPE', item, path, 'a map', shownNode(item));
  const unknown = [...item.entries].find(([key]) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw refusal('ECONOMY-UNKNOWN-KEY', unknown[1], `${path}.${unknown[0]}`, `one of ${KEYS.join(', ')}`, unknown[0]);
  }
  const { scale } = before.reading;
  const head = { ...item, entries: new Map([...item.entries].filter(([key]) => key !== 'from' && key !== 'set')) };
  const { version, stepWaived } = readSection(versionHead, head, path, scale);
  if (version <= before.version) {
    const number = item.entries.get('version')!;
    throw refusal('ECONOMY-VERSION-ORDER', number, `${path}.version`, `more than ${before.version}`, `${version}`);
  }
  const from = startOf(before, item, path);
  const source = changed(before.source, item, path);
  const reading = readSource(source);
  const next: VersionReading = { version, ...from, source, reading };
  checkSteps(before.reading, reading, `version ${version}`, stepWaived !== null);
  if (stepWaived === null) checkBenchmarks(earlier, next, item, path);
  return next;
}

function changed(before: SourceMap, item: SourceMap, path: string): SourceMap {
  const set = item.entries.get('set');
  if (set?.form !== 'map') {
    const found = set ?? item;
    throw refusal('ECONOMY-TYPE', found, `${path}.set`, 'the fields that change', shownNode(found));
  }
  const foreign = [...set.entries].find(([key]) => NOT_SET.includes(key));
  if (foreign !== undefined) {
    const at = `${path}.set.${foreign[0]}`;
    throw refusal('ECONOMY-UNKNOWN-KEY', foreign[1], at, 'a field that a version may change', foreign[0]);
  }
  const merged = merge(economyCatalogue, before, set) as SourceMap;
  return { ...merged, entries: new Map(merged.entries).set('version', item.entries.get('version')!) };
}

function startOf(before: VersionReading, item: SourceMap, path: string): { fromEpoch: number; fromMs: number } {
  const node = item.entries.get('from') ?? item;
  const text = node.form === 'value' ? node.text : '';
  const { scale, profile } = before.reading;
  const ms = sinceGenesis(text, scale, profile.genesis.atMs);
  const refuse = (code: EconomyRefusalCode, expected: string) =>
    refusal(code, node, `${path}.from`, expected, shownNode(node));
  if (ms === undefined) {
    const dates = profile.genesis.atMs === null ? '; a date needs genesis.at' : ' or a date after genesis.at';
    throw refuse('ECONOMY-VERSION-START', `${expectedOf(EPOCHS)} since genesis${dates}`);
  }
  if (ms % scale.epochMs !== 0n) throw refuse('ECONOMY-WHOLE', 'a whole number of epochs since genesis');
  if (ms <= BigInt(before.fromMs)) throw refuse('ECONOMY-VERSION-ORDER', `after version ${before.version} begins`);
  return { fromEpoch: Number(ms / scale.epochMs), fromMs: Number(ms) };
}

function sinceGenesis(text: string, scale: FullScale, genesisMs: number | null): bigint | undefined {
  const length = measured(EPOCHS, text, scale);
  if (length !== null) return wholeOf(length) ?? undefined;
  const at = dateMs(text);
  return at === undefined || genesisMs === null || at < genesisMs ? undefined : BigInt(at - genesisMs);
}

/** Every field moves by its largest step at most, and fixed ones not at all. */
function checkSteps(before: Reading, after: Reading, version: string, waived: boolean): void {
  for (const path of new Set([...before.seen.keys(), ...after.seen.keys()])) {
    const [x, y] = [before.seen.get(path), after.seen.get(path)];
    if (path !== 'version') checkStep(path, x, y, after.scale, version, waived);
  }
}

/** Small steps of measured work must not add up to more than the economy's limit within its longer stretch. */
function checkBenchmarks(
  earlier: readonly VersionReading[],
  next: VersionReading,
  item: SourceMap,
  path: string,
): void {
  const { clamp } = next.reading.profile.benchmarks;
  const [worst] = benchmarkViolations(clamp, earlier.map(tableOf), tableOf(next)).filter(
    ({ limit }) => limit === 'window',
  );
  if (worst === undefined) return;
  const { deviceClass, profile, fromMilliNcu, toMilliNcu, againstEra } = worst;
  const share = `${clamp.windowChangePpmMax / 10_000} %`;
  const expected = `${deviceClass} ${profile} at most ${share} from ${fromMilliNcu} of era ${againstEra}, or a stepWaived`;
  throw refusal('ECONOMY-STEP', item.entries.get('set')!, `${path}.set`, expected, `${toMilliNcu}`);
}

function tableOf({ fromEpoch, reading: { profile } }: VersionReading): BenchmarkTable {
  const fromEra = Math.floor(fromEpoch / profile.cadence.epochsPerEra);
  return { fromEra, coefficients: profile.benchmarks.coefficients };
}

function checkStep(
  path: string,
  before: Seen | undefined,
  after: Seen | undefined,
  scale: FullScale,
  version: string,
  waived: boolean,
): void {
  if (before !== undefined && after !== undefined && isSame(before, after)) return;
  const where = (after ?? before)!.where;
  const got = after?.text ?? 'nothing';
  const step = after?.field?.stepMax ?? 'structure';
  // A field that was not there before has no value that could be fixed; what genesis made is made.
  if ((step === 'fixed' && before !== undefined) || path.startsWith('genesis.')) {
    throw new EconomyRefusal('ECONOMY-FIXED', where, `${before?.text ?? 'nothing'}: ${path} never changes`, got);
  }
  if (waived || step === 'free') return;
  const moved = before === undefined ? null : largestMove(before, after, scale);
  if (moved !== null && compare(distance(before!.amount!, after!.amount!), moved) <= 0) return;
  const limit =
    step === 'structure' || before === undefined
      ? 'the same fields'
      : `a ${stepText(step)} at most from ${before.text}`;
  throw new EconomyRefusal('ECONOMY-STEP', where, `${limit} in ${version}, or a stepWaived with its reason`, got);
}

function isSame(x: Seen, y: Seen): boolean {
  return x.amount !== null && y.amount !== null ? compare(x.amount, y.amount) === 0 : x.text === y.text;
}

/** In base units of the field; null where the field is no measure on both sides. */
function largestMove(before: Seen, after: Seen | undefined, scale: FullScale) {
  const field = after?.field;
  if (field == null || before.amount === null || after!.amount === null) return null;
  const [share, amount] = typeof field.stepMax === 'string' ? [field.stepMax, null] : field.stepMax;
  const relative = times(before.amount, measured(SHARE, share, scale)!);
  const absolute = amount === null ? ratio(0n) : measured(field.kind as Measure, amount, scale)!;
  return compare(relative, absolute) > 0 ? relative : absolute;
}

function refusal(code: EconomyRefusalCode, node: SourceNode, path: string, expected: string, got: string) {
  return new EconomyRefusal(code, `${node.place} ${path}`, expected, got);
}
