import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { GateRefusal } from '../refusal.ts';
import { canonicalKey } from './signed-form.ts';

/**
 * The P-256 key of a file (PKCS#8, PEM), made with mode 0600 where there is none: whoever holds it signs what gates find.
 * @throws GateRefusal GATE-KEY
 */
export function gateKey(path: string): { readonly key: KeyObject; readonly isNew: boolean } {
  const made = makeKey(path);
  const pem = made ?? readKey(path);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw refused(path, `${pem.length} other characters`, cause);
  }
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'another kind';
  if (curve !== 'prime256v1') throw refused(path, `a key on ${curve}`);
  return { key, isNew: made !== null };
}

/** A key in hex: its SubjectPublicKeyInfo, or the uncompressed point. */
const KEY_HEX = /^(?:[0-9a-f]{182}|04[0-9a-f]{128})$/i;

/**
 * A P-256 public key as signatures name it, SubjectPublicKeyInfo in hex: from that text or the uncompressed point's, or from
 * a file that holds it as PEM (of the private key its public half) or as a JWK.
 * @throws GateRefusal GATE-KEY
 */
export function publicKeyText(keyOrFile: string): string {
  const key = KEY_HEX.test(keyOrFile) ? hexKey(keyOrFile) : fileKey(keyOrFile);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new GateRefusal('GATE-KEY', keyOrFile, PUBLIC_KEY, key?.asymmetricKeyType ?? 'something else');
  }
  return key.export({ type: 'spki', format: 'der' }).toString('hex');
}

const PUBLIC_KEY = 'a P-256 public key: in hex as reports name it, or a file of PEM or JWK';

function hexKey(hex: string): KeyObject | null {
  return keyOrNull(() => createPublicKey({ key: Buffer.from(canonicalKey(hex), 'hex'), format: 'der', type: 'spki' }));
}

function fileKey(path: string): KeyObject | null {
  const text = readKey(path, PUBLIC_KEY);
  return text.trimStart().startsWith('{')
    ? keyOrNull(() => createPublicKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' }))
    : keyOrNull(() => createPublicKey(text));
}

function keyOrNull(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Null where there is one already: the file is only ever created, never replaced. */
function makeKey(path: string): string | null {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  try {
    makeFolder(dirname(path), 0o700);
    writeFileSync(path, pem, { flag: 'wx', mode: 0o600 });
    return pem;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return null;
    throw refused(path, `a place that cannot be written (${code})`, error);
  }
}

function readKey(path: string, expected = PRIVATE_KEY): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const got = `a file that cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new GateRefusal('GATE-KEY', path, expected, got, { cause: error });
  }
}

const PRIVATE_KEY = 'a P-256 private key in PEM';

function refused(path: string, got: string, cause?: unknown): GateRefusal {
  return new GateRefusal('GATE-KEY', path, PRIVATE_KEY, got, { cause });
}
