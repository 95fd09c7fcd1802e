import { ECONOMIC_ATTACKS } from '@stannary/simulator';
import {
  type AblatedAttack,
  type Ablation,
  type AttackAccounts,
  ablate,
  ablationBudget,
  ablationCases,
  DEFENCES,
  defenceNamed,
  metricNamed,
  shortText,
} from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { timeNeeded } from '../explore/estimate-time.ts';
import { ExploreFolder } from '../explore/folder.ts';
import {
  EXIT_STATUS_HELP,
  type ExploreFlags,
  listed,
  openSetting,
  runLong,
  withExploreOptions,
} from '../explore/session.ts';
import { csvText, intervalText, tableText } from '../explore/table.ts';
import { wholeFrom } from './whole-number.ts';

interface AblateFlags extends ExploreFlags {
  readonly defence?: readonly string[];
  readonly runs: number;
}

const EXAMPLE = `
Example:
  stannary ablate reference --defence fee-link,holdback --runs 40`;

/** `stannary ablate`. */
export function defineAblate(command: Command): void {
  withExploreOptions(
    command
      .description('switches one defence off at a time, and shows which attacks it stood against')
      .argument('<economy>', 'economy file, or the name of a shipped one')
      .addOption(new Option('--defence <id,...>', 'these alone; without it all that an attack names').argParser(listed))
      .addOption(new Option('--runs <n>', 'attempts of each attack').argParser(wholeFrom(2, 1_000_000)).default(40)),
  )
    .addHelpText('after', () => `${EXAMPLE}\n\nDefences:\n${defencesHelp()}\n${EXIT_STATUS_HELP}`)
    .action(ablateEconomy);
}

function defencesHelp(): string {
  return tableText(
    ['id', 'what it does'],
    DEFENCES.map(({ id, meaning }) => [id, meaning]),
  );
}

async function ablateEconomy(entry: string, flags: AblateFlags): Promise<void> {
  const setting = await openSetting(entry, flags, flags.runs);
  const plan = { defences: flags.defence?.map(defenceNamed) ?? DEFENCES, attacks: ECONOMIC_ATTACKS };
  const cases = ablationCases(setting, plan).filter(({ set, attacks }) => set !== null && attacks.length > 0);
  const jobs = ablationBudget(setting, plan);
  const attacked = [...new Set(cases.flatMap(({ attacks }) => attacks))];
  if (!flags.json && attacked.length > 0) {
    const metrics = attacked.map(({ id }) => metricNamed(`attack:${id}:cost`));
    const needed = await timeNeeded(setting, metrics, jobs, flags.workers);
    console.log(`${entry}: ${cases.length} defences, ${attacked.length} attacks, ${jobs} attempts, about ${needed}`);
  }
  const { policy, scenarioOf } = setting;
  const folderPlan = {
    command: 'ablate',
    economy: policy.economyHash,
    scenario: scenarioOf(policy.economy),
    runs: flags.runs,
    cases: cases.map(({ defence, set, attacks }) => ({
      defence: defence.id,
      set,
      attacks: attacks.map(({ id }) => id),
    })),
  };
  const folder = flags.out === undefined ? null : ExploreFolder.open(flags.out, folderPlan);
  const found = await runLong(flags, (options) => ablate(setting, plan, options));
  if (found === null) return;
  folder?.write('ablation.csv', ablationCsv(found));
  console.log(
    flags.json ? JSON.stringify({ runs: flags.runs, defences: found.map(ablationJson) }) : ablationText(found),
  );
}

function ablationJson({ defence, ...rest }: Ablation) {
  return { defence: defence.id, meaning: defence.meaning, ...rest };
}

function ablationText(found: readonly Ablation[]): string {
  const shown = found.filter(({ attacks }) => attacks.length > 0);
  const absent = found.filter(({ set }) => set === null).map(({ defence }) => defence.id);
  const alone = found
    .filter(({ set, attacks }) => set !== null && attacks.length === 0)
    .map(({ defence }) => defence.id);
  return [
    ...shown.map(defenceText),
    ...(alone.length === 0 ? [] : ['', `  No attack of the catalogue names: ${alone.join(', ')}.`]),
    ...(absent.length === 0 ? [] : ['', `  The economy does not have: ${absent.join(', ')}.`]),
    '',
    '  Cost over return of all attempts, with its 95 % interval. Attacks keep their own parameters.',
  ].join('\n');
}

/** Fields of one change shown. */
const CHANGES_SHOWN = 4;

function defenceText({ defence, set, attacks }: Ablation): string {
  const changes = set!.filter(([path]) => path !== 'bounds').map(([path, text]) => `${path}: ${text}`);
  const more = changes.length > CHANGES_SHOWN ? `, and ${changes.length - CHANGES_SHOWN} more` : '';
  const off = `    off by ${changes.slice(0, CHANGES_SHOWN).join(', ')}${more}`;
  const rows = attacks.map((one) => [one.attack, ratioText(one.with), ratioText(one.without), one.words]);
  return `\n  ${defence.id}: ${defence.meaning}\n${off}\n${tableText(['attack', 'with it', 'without it', 'in words'], rows, '    ')}`;
}

/** `3.6 (3.2 to 4.1)`. */
function ratioText({ ratio, ratioInterval }: AttackAccounts): string {
  if (ratio === null || ratioInterval === null) return 'nothing returned';
  if (ratioInterval.kind === 'between') return `${shortText(ratio)} (${intervalText(ratioInterval)})`;
  return `${shortText(ratio)} (no interval: the return may be 0)`;
}

function ablationCsv(found: readonly Ablation[]): string {
  const head = ['defence', 'attack', 'state', 'cost', 'return', 'difference', 'low', 'high', 'pays', 'words'];
  const rows = found.flatMap(({ defence, attacks }) =>
    attacks.flatMap((one: AblatedAttack) =>
      (['with', 'without'] as const).map((state) => {
        const { cost, return: back, difference, interval, pays } = one[state];
        return [defence.id, one.attack, state, cost, back, difference, ...interval, pays, one.words];
      }),
    ),
  );
  return csvText(head, rows);
}
