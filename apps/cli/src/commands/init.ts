import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import {
  economyTemplate,
  type Goal,
  type GoalChange,
  goalTemplate,
  loadEconomy,
  NAME_FORM,
  SCHEMA_FILE,
} from '@stannary/economies';
import { CliRefusal } from '../refusal.ts';

export interface InitFlags {
  readonly name?: string;
  readonly goal?: Goal;
  readonly force: boolean;
  readonly json: boolean;
}

/** A name for files whose own name is none. */
const FALLBACK_NAME = 'economy';

/** Writes the reference economy, or one that serves a goal, under a name of its own, with a comment at every field. */
export async function init(file: string, flags: InitFlags): Promise<void> {
  const name = nameOf(file, flags.name);
  const options = { name, schemaPath: schemaPathFrom(file) };
  const { text, changes } =
    flags.goal === undefined ? { text: economyTemplate(options), changes: [] } : goalTemplate(flags.goal, options);
  await write(file, text, flags.force);
  const { economyHash } = await loadEconomy(resolve(file));
  if (flags.json) {
    console.log(JSON.stringify({ file, name, economyHash, goal: flags.goal ?? null, changes }));
    return;
  }
  console.log(`${file}: economy ${name}, ${economyHash}`);
  if (flags.goal !== undefined)
    console.log(`\nfor ${flags.goal}, unlike the reference:\n${changes.map(reason).join('\n')}\n`);
  console.log(`next: stannary check ${file}`);
}

function reason({ path, from, to, why }: GoalChange): string {
  return `  ${path}${to === '' ? '' : `: ${to} (reference ${from})`}\n      ${why}`;
}

function nameOf(file: string, asked: string | undefined): string {
  if (asked === undefined) {
    const own = basename(file).replace(/\.ya?ml$/, '');
    return NAME_FORM.test(own) ? own : FALLBACK_NAME;
  }
  if (NAME_FORM.test(asked)) return asked;
  throw new CliRefusal('INIT-NAME', 'input', {
    where: '--name',
    expected: 'small letters, digits and hyphens, a letter first',
    got: asked,
  });
}

/** Editors find the schema from the file's first line, so it is written as seen from there. */
function schemaPathFrom(file: string): string {
  const path = relative(dirname(resolve(file)), SCHEMA_FILE)
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CliRefusal('INIT-EXISTS', 'input', {
        where: file,
        expected: 'no file of that name',
        got: 'one',
        remedy: 'choose another name, or overwrite it with --force',
      });
    }
    const detail = { where: file, expected: 'a file that can be written', got: (error as Error).message };
    throw new CliRefusal('INIT-UNWRITABLE', 'give-up', detail, { cause: error });
  }
}
