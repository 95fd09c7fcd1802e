import { writeFileSync } from 'node:fs';
import { CliRefusal } from './refusal.ts';

/** Writes a file that is not there yet, or over one where that is asked for. Refuses OUT-EXISTS, and as `unwritable` says. */
export function writeNew(
  file: string,
  text: string,
  force: boolean,
  unwritable: (detail: { where: string; expected: string; got: string }) => CliRefusal,
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
export function outExists(file: string, remedy: string): CliRefusal {
  return new CliRefusal('OUT-EXISTS', 'input', { where: file, expected: 'no file of that name', got: 'one', remedy });
}
