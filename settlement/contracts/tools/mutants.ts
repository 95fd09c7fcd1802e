import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgeIn, projectFolder } from './forge.ts';

// Faults that others shipped, as patches to the sources. Each is applied to a copy, where the test that it names has to
// fail: a test that lets its fault live shows nothing.

const MUTANTS = join(projectFolder, 'test', 'mutants');

export interface Mutant {
  /** Of the patch, without its ending. */
  readonly name: string;
  /** The test that has to fail. */
  readonly test: string;
}

/** All mutants, by name. Throws where a patch does not say which test kills it. */
export function listMutants(): Mutant[] {
  const names = readdirSync(MUTANTS).filter((file) => file.endsWith('.patch'));
  return names.sort().map((file) => {
    const test = /^Killed by: (\w+)$/m.exec(readFileSync(join(MUTANTS, file), 'utf8'))?.[1];
    if (test === undefined) throw new Error(`${file}: expected a line 'Killed by: <test>'`);
    return { name: file.slice(0, -'.patch'.length), test };
  });
}

/**
 * Runs each mutant's test on a copy of the project and returns what is wrong: a patch that does not apply, a mutant that
 * does not compile or lives, a test that fails without it. Takes ten to twenty seconds a mutant; `onJudged` hears of each.
 */
export function runMutants(mutants: readonly Mutant[], onJudged: (mutant: Mutant) => void = () => {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'mutants-'));
  try {
    const folder = copyProject(root);
    const sound = outcomeOf(folder, [...new Set(mutants.map(({ test }) => test))]);
    if (sound !== 'passes') return [`without a mutant: ${sound}`];
    return mutants.flatMap((mutant) => {
      const faults = faultOf(folder, mutant);
      onJudged(mutant);
      return faults;
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The project as it lies in the repository, so that its relative paths hold. */
function copyProject(root: string): string {
  const folder = join(root, 'settlement', 'contracts');
  mkdirSync(folder, { recursive: true });
  for (const part of ['src', 'test', 'tools', 'foundry.toml', 'package.json'])
    cpSync(join(projectFolder, part), join(folder, part), { recursive: true });
  const repository = join(projectFolder, '..', '..');
  for (const part of ['node_modules', 'test']) symlinkSync(join(repository, part), join(root, part));
  return folder;
}

function faultOf(folder: string, { name, test }: Mutant): string[] {
  const patch = join(MUTANTS, `${name}.patch`);
  if (!isApplied(folder, patch)) return [`${name}: the patch does not apply`];
  const outcome = outcomeOf(folder, [test]);
  if (!isApplied(folder, patch, '--reverse')) return [`${name}: the patch does not come off`];
  return outcome === 'fails' ? [] : [`${name}: ${outcome === 'passes' ? `${test} does not see it` : outcome}`];
}

function isApplied(folder: string, patch: string, ...options: string[]): boolean {
  return spawnSync('git', ['apply', ...options, patch], { cwd: folder }).status === 0;
}

/** `passes`, `fails`, or what kept the tests from running. Only their files are compiled. */
function outcomeOf(folder: string, tests: readonly string[]): string {
  const names = tests.join('|');
  const files = readdirSync(join(folder, 'test')).filter((file) => {
    const isTest = file.endsWith('.t.sol');
    return isTest && new RegExp(`function (${names})\\(`).test(readFileSync(join(folder, 'test', file), 'utf8'));
  });
  const paths = files.length === 1 ? `test/${files[0]}` : `test/{${files.join(',')}}`;
  const { stdout, stderr } = forgeIn(folder, 'test', '--match-path', paths, '--match-test', `^(${names})\\(`, '--json');
  let report: Record<string, { readonly test_results: Record<string, { readonly status: string }> }>;
  try {
    report = JSON.parse(stdout) as typeof report;
  } catch {
    return `no report: ${stdout}${stderr}`.slice(0, 2_000);
  }
  const results = Object.values(report).flatMap(({ test_results }) => Object.values(test_results));
  if (results.length === 0) return `no test is named ${names}`;
  return results.every(({ status }) => status === 'Success') ? 'passes' : 'fails';
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  const mutants = listMutants().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const faults = runMutants(mutants, ({ name }) => console.log(name));
  for (const fault of faults) console.error(fault);
  console.log(`${mutants.length - faults.length} of ${mutants.length} mutants killed`);
  process.exitCode = faults.length === 0 && mutants.length > 0 ? 0 : 1;
}
