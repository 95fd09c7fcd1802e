import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Economy } from '@stannary/kernel';
import { cborOf, encodeCbor, sha256, toHex } from '@stannary/wire';
import { readEconomy } from './read-economy.ts';
import { EconomyRefusal } from './refusal.ts';
import { mergeSource, parseSource, type Source } from './source.ts';
import { validateSource } from './validate.ts';

export interface LoadedEconomy {
  readonly economy: Economy;
  /** SHA-256 of `profile`, hex. Every statement names it. */
  readonly economyHash: string;
  /** Deterministic CBOR of `economy`. */
  readonly profile: Uint8Array;
  /** Fields that the file changes in what it extends, sorted. */
  readonly overridden: readonly string[];
}

/** Reads a file's text, or gives null if there is none. */
export type ReadText = (path: string) => Promise<string | null>;

const BUNDLED = /^[a-z][a-z0-9-]*$/;
const BUNDLED_FOLDER = fileURLToPath(new URL('..', import.meta.url));
/** Files in one chain of `extends`; the chain of a sensible economy has two or three. */
const CHAIN_MAX = 8;

/**
 * Loads an economy by its bundled name (`reference`, `local`) or by a path, with all that it extends.
 * @throws EconomyRefusal with the file, line and field at fault
 * @example const { economy, economyHash } = await loadEconomy('local')
 */
export async function loadEconomy(nameOrPath: string, readText: ReadText = readTextFile): Promise<LoadedEconomy> {
  const { source, overridden } = await loadSource(pathOf(nameOrPath, '.'), readText, []);
  validateSource(source);
  const economy = readEconomy(source);
  const profile = profileOf(economy);
  return { economy, economyHash: toHex(sha256(profile)), profile, overridden: [...overridden].sort() };
}

/** The hash that names an economy: SHA-256 over its deterministic CBOR, hex. */
export function economyHashOf(economy: Economy): string {
  return toHex(sha256(profileOf(economy)));
}

function profileOf(economy: Economy): Uint8Array {
  return encodeCbor(cborOf(economy));
}

interface LoadedSource {
  readonly source: Source;
  readonly overridden: ReadonlySet<string>;
}

async function loadSource(path: string, readText: ReadText, chain: readonly string[]): Promise<LoadedSource> {
  const text = await readText(path);
  if (text === null) throw new EconomyRefusal('ECONOMY-NOT-FOUND', chain.at(-1) ?? path, 'an economy file', path);
  const own = parseSource(text, path);
  const base = own.values.get('extends');
  if (base === undefined) return { source: own, overridden: new Set() };
  const basePath = pathOf(base.text, dirname(path));
  if (basePath === path || chain.includes(basePath) || chain.length + 2 > CHAIN_MAX) {
    throw new EconomyRefusal(
      'ECONOMY-EXTENDS',
      base.where,
      `a chain of at most ${CHAIN_MAX} files without a loop`,
      base.text,
    );
  }
  own.values.delete('extends');
  const below = await loadSource(basePath, readText, [...chain, path]);
  // A changed value is named; the name and version of the file itself are always its own.
  const changed = [...own.values.keys()].filter((field) => field !== 'name' && field !== 'version');
  return { source: mergeSource(below.source, own), overridden: new Set([...below.overridden, ...changed]) };
}

function pathOf(nameOrPath: string, folder: string): string {
  if (BUNDLED.test(nameOrPath)) return join(BUNDLED_FOLDER, `${nameOrPath}.yaml`);
  return isAbsolute(nameOrPath) ? nameOrPath : resolve(folder, nameOrPath);
}

async function readTextFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
