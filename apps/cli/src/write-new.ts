import { existsSync, writeFileSync } from 'node:fs';
import { makeFolder } from '@stannary/simulator/lab';
import { CliRefusal } from './refusal.ts';

interface Unwritable {
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

/** Makes the folder that output goes into, where it is not there yet. Refuses as `unwritable` says. */
export function makeOutFolder(
  folder: string,
  unwritable: (detail: Unwritable) => CliRefusal = (detail) => new CliRefusal('OUT-FOLDER', 'give-up', detail),
): void {
  try {
    makeFolder(folder);
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw unwritable({ where: folder, expected: 'a folder that can be written', got });
  }
}

/** What is to be written at the end, refused before minutes are spent: OUT-EXISTS. */
export function requireAbsent(file: string): void {
  if (existsSync(file)) throw outExists(file, 'choose another folder with --out, or overwrite it with --force');
}

/** Writes a file that is not there yet, or over one where that is asked for. Refuses OUT-EXISTS, and as `unwritable` says. */
export function writeNew(
  file: string,
  text: string,
  force: boolean,
  unwritable: (detail: Unwritable) => CliRefusal,
): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    if (got !== 'EEXIST') throw unwritable({ where: file, expected: 'a file that can be written', got });
    throw outExists(file, 'choose another name, or overwrite it with --force');
  }
}

/** A file that nobody asked to overwrite: OUT-EXISTS. */
function outExists(file: string, remedy: string): CliRefusal {
  return new CliRefusal('OUT-EXISTS', 'input', { where: file, expected: 'no file of that name', got: 'one', remedy });
}
