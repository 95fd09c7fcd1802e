import { loadEconomy, type Override, policyAt } from '@stannary/economies';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { curveOf, STEPS_DEFAULT } from '../curve/curve.ts';
import { CURVES, curveNamed } from '../curve/kinds.ts';
import { curveCsv, curveJson, curveSvg, curveText } from '../curve/print.ts';
import { expectedOf } from '../curve/quantity.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';
import { epochOption } from './epoch-option.ts';
import { setOption } from './set-option.ts';
import { wholeFrom } from './whole-number.ts';

interface CurveFlags {
  readonly at?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly steps: number;
  readonly over?: string;
  readonly given?: readonly (readonly [string, string])[];
  readonly class?: string;
  readonly stream?: string;
  readonly epoch: number;
  readonly set: readonly Override[];
  readonly json: boolean;
  readonly csv: boolean;
  readonly svg?: string;
  readonly force: boolean;
}

const EXAMPLES = `
Examples:
  stannary curve filecoin supply --from 0 --to '20 y' --svg supply.svg
  stannary curve reference issuance --at 0%,33%,67%,100% --csv
  stannary curve reference price --at '24 h' --given utilisation=100%,0%
  stannary curve reference bond --class cloud --at '50 NCU,100 NCU'

Exit status: 0 done, 2 the input was refused.`;

/** What each curve can be drawn over and told. */
function variablesHelp(): string {
  const lines = CURVES.flatMap(({ name, about, axes, variables }) => [
    `  ${name}: ${about}`,
    ...Object.entries(variables).map(([variable, { quantity, about: what }]) => {
      const role = axes.includes(variable) ? 'axis or given' : 'given';
      return `    ${variable.padEnd(12)} ${role.padEnd(14)} ${what}: ${expectedOf(quantity)}`;
    }),
  ]);
  return `\nCurves, what they can be drawn over, and what they can be given:\n${lines.join('\n')}`;
}

/** `stannary curve`. */
export function defineCurve(command: Command): void {
  command
    .description("any mechanism's numbers, exact, as a table, CSV, JSON or a drawing")
    .argument('<economy>', 'economy file, or the name of a shipped one')
    .argument('<curve>', CURVES.map(({ name }) => name).join(', '))
    .option('--at <x,...>', 'positions on the axis, with units', listed)
    .option('--from <x>', 'first position')
    .option('--to <x>', 'last position')
    .addOption(
      new Option('--steps <n>', 'how many steps between them').argParser(wholeFrom(1, 999_999)).default(STEPS_DEFAULT),
    )
    .option('--over <name>', 'the axis; without it the first whose unit the positions have')
    .addOption(new Option('--given <name=value...>', 'what the curve depends on; see below').argParser(givenTo))
    .option('--class <name>', 'node class; without it the first')
    .option('--stream <name>', 'one supply stream alone')
    .addOption(epochOption())
    .addOption(setOption())
    .addOption(new Option('--json', 'print one line of JSON').default(false).conflicts(['csv', 'svg']))
    .addOption(new Option('--csv', 'print CSV').default(false).conflicts(['json', 'svg']))
    .option('--svg <file>', 'write a drawing')
    .option('--force', 'overwrite a file that is there', false)
    .addHelpText('after', () => `${EXAMPLES}\n${variablesHelp()}`)
    .action(drawCurve);
}

async function drawCurve(economyName: string, curveName: string, flags: CurveFlags): Promise<void> {
  const kind = curveNamed(curveName);
  const { economy, economyHash } = policyAt(await loadEconomy(economyName, { set: flags.set }), flags.epoch);
  const curve = curveOf(economy, kind, { ...flags, className: flags.class });
  const drawn = { name: economy.name, version: economy.version, economyHash };
  if (flags.svg !== undefined) {
    writeNew(
      flags.svg,
      curveSvg(curve, drawn),
      flags.force,
      (detail) => new CliRefusal('CURVE-SVG', 'give-up', detail),
    );
    console.log(`${flags.svg}: ${kind.name} of ${economy.name}, ${curve.rows.length} positions`);
  } else if (flags.csv) process.stdout.write(curveCsv(curve));
  else console.log(flags.json ? JSON.stringify(curveJson(curve, drawn)) : curveText(curve, drawn));
}

function listed(text: string): readonly string[] {
  return text.split(',').map((one) => one.trim());
}

function givenTo(text: string, before: readonly (readonly [string, string])[] | undefined) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected name=value, got ${text}`);
  return [...(before ?? []), [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const];
}
