import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@stannary/simulator/lab';
import { CliRefusal } from '../refusal.ts';

const PLAN_FILE = 'exploration.json';

/** A folder that one exploration writes: its plan, its runs, its tables. Null where nothing is to be kept. */
export class ExploreFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder, or goes on in it. Refuses EXPLORE-FOLDER: it holds something else, or cannot be written. */
  static open(path: string, plan: unknown): ExploreFolder {
    const text = `${JSON.stringify(plan, null, 2)}\n`;
    try {
      makeFolder(path);
      const names = readdirSync(path);
      const before = names.includes(PLAN_FILE) ? readFileSync(join(path, PLAN_FILE), 'utf8') : null;
      if (before === null && names.length === 0) writeFileSync(join(path, PLAN_FILE), text);
      else if (before !== text) throw refused(path, before === null ? 'other files' : 'another exploration');
    } catch (error) {
      const { code } = error as { code?: string };
      if (error instanceof CliRefusal || code === undefined) throw error;
      throw refused(path, code);
    }
    return new ExploreFolder(path);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** Null where there is none. */
  read(name: string): string | null {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return null;
      throw error;
    }
  }
}

function refused(path: string, got: string): CliRefusal {
  const expected = 'an empty folder, or one of this very exploration';
  return new CliRefusal('EXPLORE-FOLDER', 'input', { where: path, expected, got, remedy: 'choose another with --out' });
}
