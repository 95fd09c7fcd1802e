import { createDecipheriv, scryptSync, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fastKeccak256 } from '@stannary/chain';
import { type Command, Option } from 'commander';
import { CliRefusal } from '../refusal.ts';

/** Where a key is: a file with it in the open, or a keystore with the file of its password. */
export interface KeyFlags {
  readonly key?: string;
  readonly keystore?: string;
  readonly passwordFile?: string;
}

/** The options that `keyOf` reads; `about`: what the key is for. */
export function withKeyOptions(command: Command, about: string): Command {
  return command
    .option('--key <file>', about)
    .addOption(new Option('--keystore <file>', 'the same, sealed: a keystore of version 3').conflicts('key'))
    .option('--password-file <file>', "the keystore's password");
}

/** More than any wallet asks for (2^18 · 8 · 128 bytes = 256 MiB), so that a file cannot ask for all memory. */
const SCRYPT_BYTES_MAX = 2 ** 29;

/** The private key (0x and 64 hex characters), or null where none is named. Refuses DEPLOY-KEY. */
export function keyOf({ key, keystore, passwordFile }: KeyFlags): string | null {
  if (keystore !== undefined) return fromKeystore(keystore, passwordFile);
  if (key === undefined) return null;
  const text = textIn(key, 'a file with a private key').trim();
  if (/^0x[0-9a-f]{64}$/i.test(text)) return text;
  throw refused(key, '0x and 64 hex characters', 'something else');
}

interface Keystore {
  readonly version: number;
  readonly crypto: {
    readonly cipher: string;
    readonly ciphertext: string;
    readonly cipherparams: { readonly iv: string };
    readonly kdf: string;
    readonly kdfparams: { readonly n: number; readonly r: number; readonly p: number; readonly salt: string };
    readonly mac: string;
  };
}

/** Web3 Secret Storage, version 3, with scrypt: what geth, clef and cast write. */
function fromKeystore(file: string, passwordFile: string | undefined): string {
  if (passwordFile === undefined) throw refused('--password-file', "the file with the keystore's password", 'none');
  const password = textIn(passwordFile, 'a file with a password').replace(/\r?\n$/, '');
  const { crypto } = keystoreIn(file);
  const { n, r, p, salt } = crypto.kdfparams;
  if (128 * n * r > SCRYPT_BYTES_MAX) throw refused(file, 'scrypt within 512 MiB', `n ${n}, r ${r}`);
  const derived = scryptSync(password, Buffer.from(salt, 'hex'), 32, { N: n, r, p, maxmem: 2 * SCRYPT_BYTES_MAX });
  const sealed = Buffer.from(crypto.ciphertext, 'hex');
  const mac = Buffer.from(fastKeccak256(Buffer.concat([derived.subarray(16, 32), sealed])));
  const expected = Buffer.from(crypto.mac, 'hex');
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw refused(file, 'the password that it was sealed with', 'another');
  }
  const cipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(crypto.cipherparams.iv, 'hex'));
  return `0x${Buffer.concat([cipher.update(sealed), cipher.final()]).toString('hex')}`;
}

function keystoreIn(file: string): Keystore {
  const expected = 'a keystore of version 3, scrypt and aes-128-ctr';
  let read: Keystore;
  try {
    read = JSON.parse(textIn(file, expected)) as Keystore;
  } catch (error) {
    if (error instanceof CliRefusal) throw error;
    throw refused(file, expected, 'no JSON');
  }
  const { version, crypto } = read ?? {};
  const isKnown = version === 3 && crypto?.kdf === 'scrypt' && crypto.cipher === 'aes-128-ctr';
  const isWhole = isKnown && [crypto.ciphertext, crypto.mac, crypto.kdfparams?.salt].every(isHex);
  if (isWhole && isHex(crypto.cipherparams?.iv)) return read;
  throw refused(file, expected, 'other JSON');
}

function isHex(text: unknown): boolean {
  return typeof text === 'string' && /^([0-9a-f]{2})+$/i.test(text);
}

function textIn(file: string, expected: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refused(file, expected, (error as { code?: string }).code ?? 'an error');
  }
}

function refused(where: string, expected: string, got: string): CliRefusal {
  return new CliRefusal('DEPLOY-KEY', 'input', { where, expected, got });
}
