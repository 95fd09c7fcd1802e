import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Economy } from '@stannary/kernel';
import { cborOf, encodeCbor, sha256, toHex } from '@stannary/wire';
import { asKernelEconomy, type EconomyProfile, economyCatalogue } from './catalogue/economy.ts';
import { dateMs } from './catalogue/kinds.ts';
import { checkEconomy } from './check.ts';
import { leavesOf, merge, type Override, withOverrides } from './layers.ts';
import type { Reading } from './read.ts';
import { EconomyRefusal } from './refusal.ts';
import { LENGTH_MAX, nodeAt, parseSource, type SourceMap, shownNode } from './source.ts';
import { checkSuccession } from './succession.ts';
import { readVersions, type VersionReading } from './versions.ts';

/** One version of an economy, in force from an epoch on. */
export interface Policy {
  readonly version: number;
  readonly fromEpoch: number;
  /** Since genesis. */
  readonly fromMs: number;
  readonly economy: EconomyProfile;
  /** SHA-256 of `profile`, hex. Every statement names it. */
  readonly economyHash: string;
  /** Deterministic CBOR of `economy`. */
  readonly profile: Uint8Array;
  /** What it was read from, so that a check can try changes. */
  readonly source: SourceMap;
  /** Its fields as they were written, and the hard bounds that it passes and waives. */
  readonly reading: Reading;
}

export interface LoadedEconomy {
  /** Rules of the first version, as the kernel reads them. */
  readonly economy: Economy;
  readonly economyHash: string;
  readonly profile: Uint8Array;
  /** Fields that the file changes in what it extends, sorted. */
  readonly overridden: readonly string[];
  /** All versions, by the epoch in which they begin; at least one. */
  readonly policies: readonly [Policy, ...Policy[]];
}

/** Reads a file's text, or gives null if there is none. */
export type ReadText = (path: string) => Promise<string | null>;

export interface LoadOptions {
  readonly readText?: ReadText;
  /** Fields changed from outside the file, in this order: `[['price.gain', '0.05']]`. */
  readonly set?: readonly Override[];
}

const BUNDLED = /^[a-z][a-z0-9-]*$/;
const BUNDLED_FOLDER = fileURLToPath(new URL('..', import.meta.url));
const PRESETS_FOLDER = join(BUNDLED_FOLDER, 'presets');
/** The economies of this product; every other bundled name is a preset: a real network's. */
const OWN_ECONOMIES: readonly string[] = ['local', 'reference'];
/** The JSON Schema for editors, as a path. */
export const SCHEMA_FILE = join(BUNDLED_FOLDER, 'stannary.schema.json');
/** Files in one chain of `extends`; the chain of a sensible economy has two or three. */
const CHAIN_MAX = 8;

/**
 * Loads an economy by its bundled name (`reference`, `local`, a preset's) or by a path, with all that it extends and all
 * versions.
 * @throws EconomyRefusal with the file, line and field at fault, and all other faults that were found
 * @example const { economy, economyHash } = await loadEconomy('local', { set: [['take.burn', '6 %']] })
 */
export async function loadEconomy(nameOrPath: string, options: LoadOptions = {}): Promise<LoadedEconomy> {
  const { readText = readTextFile, set = [] } = options;
  const { source, overridden } = await loadSource(pathOf(nameOrPath, '.'), readText, []);
  const changed = withOverrides(economyCatalogue, source, set);
  const [first, ...later] = readVersions(changed).map(policyOf);
  later.forEach((policy, index) => void checkSuccession([first!, ...later][index]!, policy));
  const { economy, economyHash, profile } = first!;
  const paths = new Set([...overridden, ...set.map(([path]) => path)]);
  return {
    economy: asKernelEconomy(economy),
    economyHash,
    profile,
    overridden: [...paths].sort(),
    policies: [first!, ...later],
  };
}

/** A policy with some of its fields changed; its start stays. @throws EconomyRefusal */
export function changePolicy(policy: Policy, set: readonly Override[]): Policy {
  const source = withOverrides(economyCatalogue, policy.source, set);
  const { fromEpoch, fromMs } = policy;
  return { ...policyOf(readVersions(source)[0]!), fromEpoch, fromMs };
}

/** The profile of a policy with some of its fields changed, unhashed; null where the file would be refused. */
export function tryChange(policy: Policy, set: readonly Override[]): EconomyProfile | null {
  try {
    const source = withOverrides(economyCatalogue, policy.source, set);
    const { profile } = readVersions(source)[0]!.reading;
    checkEconomy(profile, source);
    return profile;
  } catch (error) {
    if (error instanceof EconomyRefusal) return null;
    throw error;
  }
}

/** The policy in force in an epoch. */
export function policyAt({ policies }: LoadedEconomy, epoch: number): Policy {
  return policies.findLast((policy) => policy.fromEpoch <= epoch) ?? policies[0];
}

/**
 * The policy in force at a date, for an economy whose genesis has one.
 * @throws EconomyRefusal ECONOMY-DATE where genesis has no date, or the text is none
 */
export function policyOn(loaded: LoadedEconomy, date: string): Policy {
  const { genesis, cadence } = loaded.policies[0].economy;
  const ms = dateMs(date);
  if (ms === undefined || genesis.atMs === null) {
    const expected = genesis.atMs === null ? 'an economy whose genesis has a date' : 'a date such as 2027-01-31';
    throw new EconomyRefusal('ECONOMY-DATE', 'genesis.at', expected, date);
  }
  return policyAt(loaded, Math.floor((ms - genesis.atMs) / cadence.epochMs));
}

/** The hash that names an economy: SHA-256 over its deterministic CBOR, hex. */
export function economyHashOf(economy: Economy): string {
  return toHex(sha256(profileOf(economy)));
}

function policyOf({ version, fromEpoch, fromMs, source, reading }: VersionReading): Policy {
  checkEconomy(reading.profile, source);
  const profile = profileOf(reading.profile);
  const economyHash = toHex(sha256(profile));
  return { version, fromEpoch, fromMs, economy: reading.profile, economyHash, profile, source, reading };
}

function profileOf(economy: Economy): Uint8Array {
  return encodeCbor(cborOf(economy));
}

interface LoadedSource {
  readonly source: SourceMap;
  readonly overridden: ReadonlySet<string>;
}

/** A file's own name and version are no overrides, nor is the list of its later versions. */
const OWN: readonly string[] = ['extends', 'name', 'version', 'versions'];

/** `where` is what named the file: the `extends` of another, or the file itself. */
async function loadSource(
  path: string,
  readText: ReadText,
  chain: readonly string[],
  where = path,
): Promise<LoadedSource> {
  const text = await readText(path);
  if (text === null)
    throw new EconomyRefusal('ECONOMY-NOT-FOUND', where, await namesExpected(path), 'none of that name');
  const own = parseSource(text, path);
  const base = nodeAt(own, 'extends');
  if (base === undefined) return { source: own, overridden: new Set() };
  const basePath = base.form === 'value' ? pathOf(base.text, dirname(path)) : path;
  if (basePath === path || chain.includes(basePath) || chain.length + 2 > CHAIN_MAX) {
    const expected = `a chain of at most ${CHAIN_MAX} files without a loop`;
    throw new EconomyRefusal('ECONOMY-EXTENDS', `${base.place} extends`, expected, shownNode(base));
  }
  const below = await loadSource(basePath, readText, [...chain, path], `${base.place} extends`);
  const changes = new Map(own.entries);
  changes.delete('extends');
  const source = merge(economyCatalogue, below.source, { ...own, entries: changes }) as SourceMap;
  const changed = leavesOf({ ...own, entries: new Map([...changes].filter(([key]) => !OWN.includes(key))) });
  return { source, overridden: new Set([...below.overridden, ...changed]) };
}

function pathOf(nameOrPath: string, folder: string): string {
  if (BUNDLED.test(nameOrPath)) {
    return join(BUNDLED_FOLDER, OWN_ECONOMIES.includes(nameOrPath) ? '' : 'presets', `${nameOrPath}.yaml`);
  }
  return isAbsolute(nameOrPath) ? nameOrPath : resolve(folder, nameOrPath);
}

/** Whoever misspells a shipped name is told them all. */
async function namesExpected(path: string): Promise<string> {
  if (![BUNDLED_FOLDER, PRESETS_FOLDER].some((folder) => path === join(folder, basename(path)))) {
    return 'an economy file';
  }
  const presets = (await readdir(PRESETS_FOLDER)).map((file) => basename(file, '.yaml'));
  return `an economy file, or one of ${[...OWN_ECONOMIES, ...presets].sort().join(', ')}`;
}

/** Regular files only: a pipe or a device may never end. Null for whatever cannot be read. */
async function readTextFile(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return null;
    if (found.size <= BYTES_MAX) return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
  throw new EconomyRefusal(
    'ECONOMY-SIZE',
    `${path}:1`,
    `at most ${LENGTH_MAX} characters`,
    `more than ${BYTES_MAX} bytes`,
  );
}

/** No text of the largest length has more in UTF-8. */
const BYTES_MAX = 4 * LENGTH_MAX;
