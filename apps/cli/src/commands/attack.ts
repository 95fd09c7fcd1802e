import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Override } from '@stannary/economies';
import { profileSvg } from '@stannary/plot';
import type { Attack } from '@stannary/simulator';
import {
  type AttackFinding,
  attackNamed,
  CATALOGUE,
  GATE_WORLDS,
  gateScenario,
  judgeAttacks,
  loadScenario,
  type NamedAttack,
} from '@stannary/simulator/lab';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Progress } from '../lab/progress.ts';
import { CliRefusal } from '../refusal.ts';
import { makeOutFolder, requireAbsent, writeNew } from '../write-new.ts';
import { attacksText, distanceOf, findingsText, verdictOf } from './attack-table.ts';
import { setOption } from './set-option.ts';
import { wholeFrom } from './whole-number.ts';
import { workersOption } from './world-options.ts';

interface AttackFlags {
  readonly file?: readonly string[];
  readonly mixture?: string;
  readonly scenario?: string;
  readonly param: Readonly<Record<string, number>>;
  readonly best: boolean;
  readonly world: 'base' | 'stress';
  readonly runs: number;
  readonly workers?: number;
  readonly list: boolean;
  readonly json: boolean;
  readonly out?: string;
  readonly force: boolean;
  readonly set: readonly Override[];
}

const ATTACK_PAYS = 1;
const RUNS_DEFAULT = 60;
const REPORT_FILE = 'attacks.json';

const EXAMPLES = `
Examples:
  stannary attack reference --list
  stannary attack reference wash-usage --param load=1 --runs 100
  stannary attack my-network.yaml --best --world stress
  stannary attack reference --file my-attack.ts --json
  stannary attack reference wash-usage+lazy-work
  stannary attack reference --mixture wash-usage:0.7,lazy-work:0.3 --scenario my-world.yaml

Exit status: 0 no attack pays, 1 one does, or costs less than twice its return, 2 bad input.`;

/** `stannary attack`. */
export function defineAttack(command: Command): void {
  const worlds = GATE_WORLDS.map(({ name }) => name);
  command
    .description('attack an economy: what each attack costs and returns, by simulation and by closed form')
    .argument('<economy>', 'economy file, or the name of a shipped one')
    .argument('[attack...]', 'ids or numbers of attacks, a+b for several at once, an account each; without them all')
    .option('--file <file...>', "attacks of one's own: modules whose default export is an attack")
    .option('--mixture <id:weight,...>', 'an attacker who draws one of several attacks each time')
    .option(
      '--scenario <file>',
      'a scenario file or preset, as `simulate` takes it; without it the launch gate’s world',
    )
    .addOption(
      new Option('--param <name=value>', 'a parameter of the attacks, such as load=1; may be repeated')
        .argParser(parameterTo)
        .default({}, 'each attack’s own'),
    )
    .option('--best', "search the attacker's best response over all parameters that --param does not set", false)
    .addOption(new Option('--world <name>', 'the world it is tried in').choices(worlds).default('base'))
    .addOption(
      new Option('--runs <n>', 'simulated attempts of each').argParser(wholeFrom(2, 100_000)).default(RUNS_DEFAULT),
    )
    .addOption(workersOption())
    .option('--list', 'print attacks and their parameters, and end', false)
    .addOption(setOption())
    .option('--json', 'print one line of JSON', false)
    .option('--out <dir>', 'write attacks.json and a picture of each attack')
    .option('--force', 'overwrite files that are there', false)
    .addHelpText('after', EXAMPLES)
    .action(async (economy: string, names: string[], flags: AttackFlags) => {
      const attacks = await chosenAttacks(names, flags);
      if (flags.list) printAttacks(attacks, flags.json);
      else process.exitCode = (await attackEconomy(economy, attacks, flags)) ? ATTACK_PAYS : 0;
    });
}

function printAttacks(attacks: readonly NamedAttack[], json: boolean): void {
  const listed = attacks.map(({ attack }) => attack);
  console.log(json ? JSON.stringify({ attacks: listed }) : attacksText(listed));
}

/**
 * Plays attacks against an economy and prints what came of it. True where one pays, or is not shown not to.
 * Refuses as `loadScenario`, ATTACK-PARAMETER, ATTACK-OUT, OUT-EXISTS, and as attempts do.
 */
async function attackEconomy(name: string, attacks: readonly NamedAttack[], flags: AttackFlags): Promise<boolean> {
  checkParameters(attacks, flags.param);
  prepareOut(flags);
  const file = flags.scenario ?? null;
  const loaded = await loadScenario({ economy: name, set: flags.set, file, scenarioSet: [], sweep: null });
  const { economy: source, policy } = loaded;
  const { economy, economyHash } = policy;
  const progress = new Progress(process.stderr, () => performance.now(), flags.json);
  const judged = await judgeAttacks(
    {
      source,
      economy,
      scenario: file === null ? gateScenario(economy, 'quick') : loaded.scenario,
      profile: 'quick',
      attacks,
      worlds: [flags.world],
      told: (attack) => ({ ...(flags.best ? {} : ownValues(attack)), ...toldOf(attack, flags.param) }),
      isBoxed: false,
      // Who asks for an attack waits for it: a table that leaves it out would look as if it did not pay.
      isUnbounded: true,
      runs: flags.runs,
    },
    {
      ...(flags.workers === undefined ? {} : { workers: flags.workers }),
      onProgress: (done, of) => progress.tell('strategies', done, of),
    },
  ).finally(() => progress.end());
  const findings = judged.findings.map((finding) => ({
    ...finding,
    verdict: verdictOf(finding),
    distance: distanceOf(finding),
  }));
  const report = {
    economy: { name: economy.name, version: economy.version, economyHash },
    seeds: judged.seeds,
    findings,
  };
  if (flags.out !== undefined) writePictures(flags.out, report, flags.force);
  console.log(flags.json ? JSON.stringify(report) : findingsText(findings, flags.best));
  return findings.some(({ state }) => state !== 'passed');
}

/**
 * Those that are named, then the user's own; without a name or a file all of the catalogue.
 * Refuses ATTACK-NAME, SIMULATION-ATTACK.
 */
async function chosenAttacks(
  names: readonly string[],
  { file = [], mixture }: Pick<AttackFlags, 'file' | 'mixture'>,
): Promise<readonly NamedAttack[]> {
  const told = [...file, ...(mixture === undefined ? [] : [mixture])];
  const own = await Promise.all(told.map(named));
  if (names.length === 0) return own.length > 0 ? own : CATALOGUE;
  const found = names.flatMap((name) => {
    const ids = name.split('+').map(idOf);
    if (new Set(ids).size < ids.length) {
      throw new CliRefusal('ATTACK-NAME', 'input', { where: 'attack', expected: 'each attack once', got: name });
    }
    return ids.map((id) => [id, ...ids.filter((one) => one !== id)].join('+'));
  });
  return [...(await Promise.all(found.map(named))), ...own];
}

async function named(name: string): Promise<NamedAttack> {
  return { name, attack: await attackNamed(name) };
}

/** Refuses ATTACK-NAME. */
function idOf(name: string): string {
  const one = CATALOGUE.find(({ attack }) => attack.id === name || String(attack.number) === name);
  if (one !== undefined) return one.attack.id;
  const expected = `one of ${CATALOGUE.map(({ attack }) => attack.id).join(', ')}`;
  throw new CliRefusal('ATTACK-NAME', 'input', { where: 'attack', expected, got: name });
}

/** A parameter that no attack has is a slip of the pen. */
function checkParameters(attacks: readonly NamedAttack[], told: Readonly<Record<string, number>>): void {
  const known = new Set(attacks.flatMap(({ attack }) => Object.keys(attack.parameters)));
  const unknown = Object.keys(told).find((parameter) => !known.has(parameter));
  if (unknown === undefined) return;
  const expected = `one of ${[...known].sort().join(', ')}`;
  throw new CliRefusal('ATTACK-PARAMETER', 'input', { where: '--param', expected, got: unknown });
}

function ownValues({ parameters }: Attack): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { value, fact }]) => (fact === undefined ? [[name, value]] : [])),
  );
}

function toldOf({ parameters }: Attack, told: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(told).filter(([parameter]) => Object.hasOwn(parameters, parameter)));
}

/** Refused before minutes are spent. */
function prepareOut({ out, force }: AttackFlags): void {
  if (out === undefined) return;
  makeOutFolder(out, unwritable);
  if (force) return;
  requireAbsent(join(out, REPORT_FILE));
  // Which pictures there will be is known afterwards only.
  const picture = readdirSync(out).find((file) => CATALOGUE.some(({ name }) => file.startsWith(`${name}-`)));
  if (picture !== undefined) requireAbsent(join(out, picture));
}

function writePictures(folder: string, report: { readonly findings: readonly AttackFinding[] }, force: boolean): void {
  const write = (file: string, text: string) => writeNew(join(folder, file), text, force, unwritable);
  write(REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
  for (const { id, world, title, profile } of report.findings) {
    if (profile !== null) write(`${id}-${world}.svg`, pictureOf(title, world, profile));
  }
}

function unwritable(detail: { where: string; expected: string; got: string }): CliRefusal {
  return new CliRefusal('ATTACK-OUT', 'give-up', detail);
}

function pictureOf(
  title: string,
  world: string,
  { parameter, unit, points }: NonNullable<AttackFinding['profile']>,
): string {
  return profileSvg({
    title,
    about: `Cost, return and profit of an attempt over ${parameter}, in the ${world} world, by simulation.`,
    width: 480,
    x: { label: `${parameter}, ${unit}` },
    y: { label: 'credits' },
    lines: [
      { name: 'cost', points: points.map(({ at, costCredits }) => [at, costCredits]) },
      { name: 'return', points: points.map(({ at, returnCredits }) => [at, returnCredits]) },
      { name: 'profit', points: points.map(({ at, costCredits, returnCredits }) => [at, returnCredits - costCredits]) },
    ],
  });
}

function parameterTo(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const match = /^\s*([A-Za-z][\w.-]*)\s*=\s*(\S+)\s*$/.exec(text);
  const value = Number(match?.[2]);
  if (match === null || !Number.isFinite(value)) throw new InvalidArgumentError(`expected name=number, got ${text}`);
  return { ...before, [match[1]!]: value };
}
