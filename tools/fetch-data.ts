// Fetches the public data sets from their origins and trims them as the loaders read them. Nothing is kept unless its
// checksum is the pinned one. It runs only when somebody asks for it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DataFile, type DataSet, isByHand, type Origin } from './data-sets.ts';
import type { FetchedFile } from './data-trims.ts';

/** The bytes at an address. Injected, so that tests need no network. */
export type Get = (url: string) => Promise<Uint8Array>;

export type Outcome = 'already there' | 'fetched' | 'by hand';

/** A fetched or trimmed file that is not what was pinned. */
export class ChecksumError extends Error {}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** The addresses that a file is made of; of a listing only its own, since what it names is not known before. */
export function addressesOf(origin: Origin): readonly string[] {
  if ('package' in origin) return [tarballOf(origin)];
  if ('listed' in origin) return [listingOf(origin)];
  return origin.paths.map((path) => rawOf(origin, path));
}

/**
 * Brings one file to where the loaders look, unless it is there already.
 * @throws ChecksumError, and whatever `get` throws
 */
export async function bringFile(
  set: DataSet,
  file: DataSet['files'][number],
  folder: string,
  get: Get,
): Promise<Outcome> {
  const target = join(folder, set.name, file.file);
  if (existsSync(target) && sha256(readFileSync(target)) === file.sha256) return 'already there';
  if (isByHand(file)) return 'by hand';
  const text = file.trim(await fetchedFiles(file.origin, get));
  verify(`${set.name}/${file.file}`, text, file);
  mkdirSync(join(folder, set.name), { recursive: true });
  writeFileSync(`${target}.part`, text);
  renameSync(`${target}.part`, target);
  return 'fetched';
}

function verify(name: string, text: string, { sha256: pinned }: DataFile): void {
  const got = sha256(text);
  if (got === pinned) return;
  throw new ChecksumError(`${name}: expected the trimmed file's SHA-256 ${pinned}, got ${got}; nothing was kept`);
}

async function fetchedFiles(origin: Origin, get: Get): Promise<readonly FetchedFile[]> {
  if ('package' in origin) return packageFiles(origin, await get(tarballOf(origin)));
  const paths = 'listed' in origin ? await listedPaths(origin, get) : origin.paths;
  const files: FetchedFile[] = [];
  // One after the other: the hosts are guests' hosts.
  for (const path of paths) files.push({ path, text: textOf(await get(rawOf(origin, path))) });
  return files;
}

type Repository = { readonly repository: string; readonly commit: string };
type Package = Extract<Origin, { package: string }>;

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const rawOf = ({ repository, commit }: Repository, path: string): string =>
  `https://raw.githubusercontent.com/${repository}/${commit}/${encoded(path)}`;
const listingOf = ({ repository, commit }: Repository): string =>
  `https://api.github.com/repos/${repository}/git/trees/${commit}?recursive=1`;
const tarballOf = ({ package: name, version }: Package): string =>
  `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;

async function listedPaths(origin: Repository & { readonly listed: RegExp }, get: Get): Promise<readonly string[]> {
  const { tree, truncated } = JSON.parse(textOf(await get(listingOf(origin)))) as {
    tree: readonly { path: string; type: string }[];
    truncated?: boolean;
  };
  if (truncated === true) throw new Error(`${origin.repository}: the listing is cut off`);
  const paths = tree.filter(({ path, type }) => type === 'blob' && origin.listed.test(path)).map(({ path }) => path);
  return paths.sort();
}

function packageFiles({ package: name, integrity, paths }: Package, tarball: Uint8Array): readonly FetchedFile[] {
  const got = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (got !== integrity) throw new ChecksumError(`${name}: expected the integrity ${integrity}, got ${got}`);
  const found = untar(gunzipSync(tarball));
  return paths.map((path) => {
    const bytes = found.get(`package/${path}`);
    if (bytes === undefined) throw new Error(`${name}: there is no ${path} in it`);
    return { path, text: textOf(bytes) };
  });
}

const BLOCK = 512;

/** Plain files of a tar archive by name (POSIX ustar: name at 0, size in octal at 124, kind at 156, prefix at 345). */
function untar(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const field = (at: number, length: number): string => textOf(archive.subarray(at, at + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    const [prefix, name, kind] = [field(at + 345, 155), field(at, 100), field(at + 156, 1)];
    if (kind === '0' || kind === '') {
      const start = at + BLOCK;
      files.set(prefix === '' ? name : `${prefix}/${name}`, archive.subarray(start, start + size));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
