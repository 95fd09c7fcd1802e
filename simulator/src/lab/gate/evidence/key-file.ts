import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GateRefusal } from '../refusal.ts';

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

/** Null where there is one already: the file is only ever created, never replaced. */
function makeKey(path: string): string | null {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, pem, { flag: 'wx', mode: 0o600 });
    return pem;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return null;
    throw refused(path, `a place that cannot be written (${code})`, error);
  }
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(path, `a file that cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

function refused(path: string, got: string, cause?: unknown): GateRefusal {
  return new GateRefusal('GATE-KEY', path, 'a P-256 private key in PEM', got, { cause });
}
