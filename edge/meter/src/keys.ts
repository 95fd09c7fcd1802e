import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { normaliseLowS, type Sign } from '@stannary/wire';
import { syncDirectory, writeSynced } from './durable-file.ts';
import { MeterRefusal } from './refusal.ts';

/** A device's identity: what it signs with and what others verify with. */
export interface DeviceKeys {
  /** SubjectPublicKeyInfo, DER: its hash is the node's id. */
  readonly spki: Uint8Array;
  /** ES256, raw r‖s with low s. */
  readonly sign: Sign;
}

/**
 * The P-256 key of a file (PKCS#8 PEM, mode 0600), made on first use. The key and the spool belong together: a copy of
 * the key that starts with an empty spool signs a second batch 1, and that is equivocation.
 * @throws MeterRefusal METER-KEY-FORMAT: not one P-256 private key; METER-KEY-MODE: others may read it
 */
export function openKeyFile(path: string): DeviceKeys {
  createKeyFile(path);
  requirePrivate(path);
  return deviceKeysOf(parseKey(path, readFileSync(path, 'utf8')));
}

/** Keys of a private key that was read elsewhere; KeyObjects are kept since importing costs more than signing. */
export function deviceKeysOf(privateKey: KeyObject): DeviceKeys {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return {
    spki: new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
    sign: (message) => normaliseLowS(sign('sha256', message, key)),
  };
}

/** Writes beside the path and links: the name never stands for half a key, and never replaces one. */
function createKeyFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const draft = `${path}.${randomUUID()}`;
  try {
    writeSynced(draft, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })), 0o600);
    linkSync(draft, path);
    syncDirectory(dirname(path));
  } catch (error) {
    // Another process was first: its key is the one.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function requirePrivate(path: string): void {
  const mode = statSync(path).mode & 0o777;
  // Windows has no such modes: it reports 0o666 for every writable file.
  if ((mode & 0o077) === 0 || process.platform === 'win32') return;
  throw new MeterRefusal('METER-KEY-MODE', { expected: 'mode 0600', got: `0${mode.toString(8)}`, where: path });
}

function parseKey(path: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    // The cause names the parser's complaint, never the key's bytes.
    const details = { expected: 'a PKCS#8 private key in PEM', got: `${pem.length} other characters`, where: path };
    throw new MeterRefusal('METER-KEY-FORMAT', details, { cause });
  }
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'another kind';
  if (curve === 'prime256v1') return key;
  throw new MeterRefusal('METER-KEY-FORMAT', { expected: 'a key on P-256', got: curve, where: path });
}
