import { loadEconomy, policyAt } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import type { Calibration, Estimate, HoldOut, NotShown } from '@stannary/simulator/lab';
import type { Command } from 'commander';
import { errorsText, estimateText } from '../lab/calibration-text.ts';
import { fittedWorld } from '../lab/fitted-world.ts';
import { type Published, publishedBy, publishedIn } from '../lab/statements-folder.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';

export interface CalibrateFlags {
  readonly from?: string;
  readonly gateway?: string;
  readonly save?: string;
  readonly economy?: string;
  readonly out: string;
  readonly name: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** `stannary calibrate`. */
export function defineCalibrate(command: Command): void {
  command
    .description('fit demand, elasticity, churn, cost and detection to what a running network has published')
    .option('--from <dir>', 'folder of statements as the gateway serves them, a JSON file each')
    .option('--gateway <url>', 'ask a running gateway for them')
    .option('--save <dir>', 'keep what the gateway answers, for --from')
    .option('--economy <file>', "the network's economy file; without it what the gateway or the folder has")
    .option('--out <file>', 'where the scenario file goes', 'calibrated.yaml')
    .option('--name <name>', 'name of the scenario', 'calibrated')
    .option('--force', 'overwrite a file that is there', false)
    .option('--json', 'print one line of JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary calibrate --gateway http://127.0.0.1:7071 --out now.yaml && stannary simulate local --scenario now.yaml\n\nExit status: 0 done, whatever is not shown; 2 the statements were refused, 3 the gateway does not answer.',
    )
    .action((flags: CalibrateFlags) => calibrateNetwork(flags, console.log));
}

/** Fits, writes the scenario file and prints. Refuses with every `CALIBRATE-…` code, OUT-EXISTS, and as `calibrate` does. */
export async function calibrateNetwork(flags: CalibrateFlags, print: (text: string) => void): Promise<void> {
  const published = await publishedFor(flags);
  const economy = await economyFor(flags, published);
  const { calibration, scenarioText } = await fittedWorld(flags.name, economy, published);
  writeNew(flags.out, scenarioText, flags.force, (detail) => new CliRefusal('CALIBRATE-OUT', 'give-up', detail));
  if (flags.json) print(JSON.stringify({ economyHash: published.economyHash, scenario: flags.out, ...calibration }));
  else print(calibrationText(calibration, published, flags.out));
}

/** Refuses CALIBRATE-SOURCE. */
async function publishedFor({ from, gateway, save }: CalibrateFlags): Promise<Published> {
  if ((from === undefined) === (gateway === undefined)) {
    const got = from === undefined ? 'neither' : 'both';
    throw new CliRefusal('CALIBRATE-SOURCE', 'input', { where: 'calibrate', expected: '--from or --gateway', got });
  }
  return from === undefined ? publishedBy(gateway!, save ?? null) : publishedIn(from);
}

/** Refuses CALIBRATE-ECONOMY. */
async function economyFor({ economy: file }: CalibrateFlags, { economy, economyHash }: Published): Promise<Economy> {
  if (file === undefined && economy !== null) return economy;
  const expected = `the economy ${economyHash}, of which the statements are`;
  const remedy = 'name its file by --economy';
  if (file === undefined)
    throw new CliRefusal('CALIBRATE-ECONOMY', 'input', { where: 'calibrate', expected, got: 'none', remedy });
  const loaded = await loadEconomy(file);
  const found = loaded.policies.find((policy) => policy.economyHash === economyHash);
  if (found !== undefined) return found.economy;
  const got = policyAt(loaded, 0).economyHash;
  throw new CliRefusal('CALIBRATE-ECONOMY', 'input', { where: file, expected, got, remedy });
}

/** Each estimate with its interval, and how far the fit is off on what it did not see. */
function calibrationText(calibration: Calibration, { leftOut }: Pick<Published, 'leftOut'>, out: string): string {
  const { source, epochs, demand, elasticity, churn, cost } = calibration;
  const { audited, faultsPerNodeEpoch, reversedShare } = calibration.detection;
  const fits: readonly (readonly [title: string, estimate: Estimate | NotShown, errors?: HoldOut])[] = [
    ['demand, NCU·s an epoch', ...('level' in demand ? ([demand.level, demand.errors] as const) : ([demand] as const))],
    [
      'elasticity',
      ...('elasticity' in elasticity ? ([elasticity.elasticity, elasticity.errors] as const) : ([elasticity] as const)),
    ],
    ['failures an hour of a node', ...churnOf(churn)],
    [
      'price at exit, median',
      ...('median' in cost.atExit ? ([cost.atExit.median, cost.atExit.errors] as const) : ([cost.atExit] as const)),
    ],
    [
      'audited share of work',
      ...('share' in audited ? ([audited.share, audited.errors] as const) : ([audited] as const)),
    ],
    ['final faults a node and epoch', faultsPerNodeEpoch],
    ['faults that were reversed', reversedShare],
  ];
  const lines = fits.flatMap(([title, estimate, errors]) => [
    `${title.padEnd(30)} ${estimateText(estimate)}`,
    ...(errors === undefined ? [] : [`  out of sample: ${errorsText(errors.outOfSample)}`]),
  ]);
  const skipped = leftOut === 0 ? [] : [`${leftOut} earlier epochs are of other versions of the economy and left out`];
  return [`${source}: epochs ${epochs.first} to ${epochs.last}`, ...skipped, '', ...lines, '', `written: ${out}`].join(
    '\n',
  );
}

function churnOf(churn: Calibration['churn']) {
  if (!('model' in churn)) return [churn] as const;
  return 'failuresPerHour' in churn.fit
    ? ([churn.fit.failuresPerHour, churn.fit.errors] as const)
    : ([churn.fit] as const);
}
