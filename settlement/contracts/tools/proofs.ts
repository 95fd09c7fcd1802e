import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectFolder } from './forge.ts';

// Laws of pure libraries, proved for all inputs by the compiler's own model checker and the solver Z3. A law is an assertion
// in a contract under test/proofs/.

/** Where Debian puts it. */
export const Z3 = process.env.STANNARY_Z3 ?? '/usr/bin/z3';

/** Steps, not seconds: a law is proved on any machine or on none. */
const STEPS_MAX = 20_000_000;
const OPTIONS = ['rewriter.pull_cheap_ite=true', 'fp.spacer.q3.use_qgen=true', 'fp.spacer.mbqi=false'];
const PROVED = /^(CHC|BMC): Assertion violation check is safe!/;
const NOT_PROVED = /^(CHC|BMC): (Assertion violation (might happen|happens)|Error)/;

export interface Proof {
  /** Of the contract and its file. */
  readonly name: string;
  /** Horn clauses know structs in memory; bounded checks are quicker on plain words, and bounded only where there are loops. */
  readonly engine: 'chc' | 'bmc';
}

export const PROOFS: readonly Proof[] = [
  { name: 'SumsProofs', engine: 'bmc' },
  { name: 'RewardProofs', engine: 'bmc' },
  { name: 'ReserveProofs', engine: 'bmc' },
];

export interface Outcome {
  readonly laws: number;
  readonly proved: number;
  /** The checker's words on each law that is not. */
  readonly unproved: readonly string[];
}

interface Answer {
  readonly errors?: readonly {
    readonly severity: string;
    readonly message: string;
    readonly formattedMessage: string;
  }[];
}

/**
 * Checks every law of one contract. `edit` changes a source before it is read, for those who want a law to fail.
 *
 * Throws where the sources do not compile.
 */
export function prove(
  { name, engine }: Proof,
  edit: (path: string, text: string) => string = (_, text) => text,
): Outcome {
  const file = `test/proofs/${name}.sol`;
  const read = (path: string) => plainReverts(edit(path, readSource(path)));
  const content = read(file);
  const settings = {
    modelChecker: {
      contracts: { [file]: [name] },
      engine,
      targets: ['assert'],
      solvers: ['smtlib2'],
      showProvedSafe: true,
      showUnproved: true,
      timeout: 0,
    },
    outputSelection: { '*': { '*': ['abi'] } },
  };
  const input = JSON.stringify({ language: 'Solidity', sources: { [file]: { content } }, settings });
  const solc = createRequire(import.meta.url)('solc') as { compile: (input: string, callbacks: object) => string };
  const callbacks = { import: (path: string) => ({ contents: read(path) }), smtSolver: solve };
  const { errors = [] } = JSON.parse(solc.compile(input, callbacks)) as Answer;
  const broken = errors.find(({ severity }) => severity === 'error');
  if (broken !== undefined) throw new Error(broken.formattedMessage);
  return {
    laws: content.match(/\bassert\(/g)?.length ?? 0,
    proved: errors.filter(({ message }) => PROVED.test(message)).length,
    unproved: errors.filter(({ message }) => NOT_PROVED.test(message)).map(({ formattedMessage }) => formattedMessage),
  };
}

/** The checker knows no errors with names and goes on after them; that a call fails is all that a law needs. */
function plainReverts(text: string): string {
  return text.replaceAll(/revert [A-Z]\w*\([^;]*\);/g, 'revert();');
}

function readSource(path: string): string {
  const folder = path.startsWith('@') ? join(projectFolder, '..', '..', 'node_modules') : projectFolder;
  return readFileSync(join(folder, path), 'utf8');
}

/** A narrowing to n bits as the remainder by 2^n that it is: spelt in bits, as the checker has it, no law of sums is ever proved. */
const NARROWING = /\(bv2nat \(ite \(>= (\w+) 0\) \(\(_ int2bv (\d+)\) \1\) \(bvneg \(\(_ int2bv \2\) \(- \1\)\)\)\)\)/g;

function withRemainders(query: string): string {
  return query.replaceAll(NARROWING, (_, value: string, bits: string) => `(mod ${value} ${2n ** BigInt(bits)})`);
}

function solve(query: string): { contents: string } {
  const { stdout, error } = spawnSync(Z3, ['-smt2', '-in', `rlimit=${STEPS_MAX}`, ...OPTIONS], {
    input: withRemainders(query),
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { contents: stdout };
}
