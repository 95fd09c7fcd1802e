import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Override } from '@stannary/economies';
import {
  codeIdentity,
  EVIDENCE_DAYS_MAX,
  type GateContext,
  type GateName,
  type GateReport,
  gateBudget,
  gateKey,
  publicKeyText,
  reportHtml,
  requireChecks,
  runGate,
  type SignedGateReport,
  signReport,
  verifiedReport,
} from '@stannary/simulator/lab';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { evidenceFiles, type GatedWorld, gatedWorld, type NetworkTold, networkTold, textOf } from '../gate/inputs.ts';
import { gateText } from '../gate/print.ts';
import { Progress, secondsText } from '../lab/progress.ts';
import { untilStopped } from '../lab/stopping.ts';
import { CliRefusal } from '../refusal.ts';
import { makeOutFolder, requireAbsent, writeNew } from '../write-new.ts';
import { setOption } from './set-option.ts';
import { wholeFrom } from './whole-number.ts';
import { scenarioSetOption, workersOption } from './world-options.ts';

const GATE_FAILED = 1;
const KEY_FILE = join('.stannary', 'keys', 'gate.pem');
/** In the output folder: what was simulated, until the report is written. */
const SHELF = '.gate-runs';
const LIVE_SCENARIO = 'calibrated.yaml';

interface GateFlags {
  readonly profile: 'quick' | 'full';
  readonly require: 'economics' | 'launch';
  readonly evidence?: string;
  readonly evidenceSigner: readonly string[];
  readonly evidenceAge: Readonly<Record<string, number>>;
  readonly scenario?: string;
  readonly set: readonly Override[];
  readonly scenarioSet: readonly Override[];
  readonly seed?: number;
  readonly workers?: number;
  readonly key: string;
  readonly out: string;
  readonly force: boolean;
  readonly live?: string;
  readonly only?: readonly GateName[];
  readonly resume: boolean;
  readonly verify?: string;
  readonly signer?: string;
  readonly verbose: boolean;
  readonly json: boolean;
}

const HELP = `
Examples:
  stannary gate economy.yaml --profile quick --out launch
  stannary gate economy.yaml --require launch --evidence evidence --evidence-signer operator.pem --profile full
  stannary gate --verify launch/gate-report.json

Stopped by Ctrl-C, the same command with --resume goes on, to the same report.
Exit status: 0 the economics pass (with --require launch: all is ready; with --only: those rows), 1 they do not, 2 bad input, 130 stopped.`;

/** `stannary gate`. */
export function defineGate(command: Command): void {
  command
    .description('hold an economy against the launch gate: what is passed, failed and not shown, with figures')
    .argument('[economy]', 'economy file, or the name of a shipped one')
    .addOption(new Option('--profile <profile>', 'how many worlds').choices(['quick', 'full']).default('quick'))
    .addOption(
      new Option('--require <verdict>', 'the verdict that the exit status tells')
        .choices(['economics', 'launch'])
        .default('economics'),
    )
    .option('--evidence <dir>', 'folder of signed evidence files')
    .addOption(
      new Option(
        '--evidence-signer <key>',
        'whose evidence counts: public key as reports name it, or a file of PEM or JWK; may be repeated; without it the report says that no signer was pinned',
      )
        .argParser((one: string, before: readonly string[]) => [...before, one])
        .default([], 'anybody’s'),
    )
    .addOption(
      new Option('--evidence-age <kind=days>', 'evidence of a kind that is older is not shown; may be repeated')
        .argParser(ageTo)
        .default({}, agesText()),
    )
    .addOption(
      new Option(
        '--scenario <file>',
        'the world that it is gated in: a scenario file, or the name of a preset; without it the one that the economy assumes',
      ).conflicts('live'),
    )
    .addOption(setOption())
    .addOption(scenarioSetOption())
    .addOption(new Option('--seed <n>', "seed of all worlds; without it the scenario's").argParser(wholeFrom(0)))
    .addOption(workersOption())
    .option('--key <file>', 'key that signs the report, PEM; made where there is none', KEY_FILE)
    .option('--out <dir>', 'folder for gate-report.json and gate-report.html; with --live for calibrated.yaml too', '.')
    .option('--force', 'overwrite what is there of these', false)
    .option('--live <dir|url>', 'fit the world to a running network: a folder of its statements, or its gateway')
    .addOption(new Option('--only <rows>', 'some rows, as G7,G9: no verdict then').argParser(rowNames))
    .option('--resume', 'go on with what a gate that was stopped has simulated', false)
    .option('--verify <report>', 'verify a signed report instead, and print it')
    .option('--signer <key>', 'with --verify: whose signature it must be, public key as the report names it')
    .option('--verbose', 'every check in full', false)
    .option('--json', 'print the signed report as one line of JSON', false)
    .addHelpText('after', HELP)
    .action(async (economy: string | undefined, flags: GateFlags) => {
      const report = flags.verify === undefined ? await gate(economy, flags) : verify(flags.verify, flags);
      if (report === null) return;
      const { economics, launch } = report.verdicts;
      if (flags.only !== undefined && flags.verify === undefined) {
        process.exitCode = report.criteria.every(({ state }) => state === 'passed') ? 0 : GATE_FAILED;
        return;
      }
      const isMet = flags.require === 'launch' ? launch === 'ready' : economics === 'pass';
      process.exitCode = isMet ? 0 : GATE_FAILED;
    });
}

function rowNames(text: string): readonly GateName[] {
  const names = text.split(',').map((name) => name.trim().toUpperCase());
  if (names.every((name) => /^G([1-9]|1[0-7])$/.test(name))) return names as GateName[];
  throw new InvalidArgumentError(`expected rows G1 to G17 with commas between, got ${text}`);
}

function agesText(): string {
  return Object.entries(EVIDENCE_DAYS_MAX)
    .map(([kind, days]) => `${kind}=${days}`)
    .join(', ');
}

function ageTo(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const [kind = '', days = ''] = text.split('=');
  if (Object.hasOwn(EVIDENCE_DAYS_MAX, kind) && /^\d{1,5}(\.\d+)?$/.test(days)) {
    return { ...before, [kind]: Number(days) };
  }
  throw new InvalidArgumentError(`expected a kind and days, as ${agesText()}, got ${text}`);
}

/** Null if it was stopped. */
async function gate(entry: string | undefined, flags: GateFlags): Promise<GateReport | null> {
  if (entry === undefined) {
    throw new CliRefusal('GATE-ECONOMY', 'input', { where: 'economy', expected: 'an economy file', got: 'none' });
  }
  const files = reportFiles(flags);
  const shelf = join(flags.out, SHELF);
  const { world, fitted } = await worldOf(entry, flags, shelf);
  requireChecks(world);
  const evidence = flags.evidence === undefined ? [] : evidenceFiles(flags.evidence);
  const signers = flags.evidenceSigner.map(publicKeyText);
  const { key, isNew } = gateKey(flags.key);
  if (isNew && !flags.json) console.error(`${flags.key}: a new key, which signs reports; keep it, and keep it secret`);
  const context = {
    policy: world.policy,
    economySource: world.source,
    scenario: world.scenario,
    profile: flags.profile,
    seed: flags.seed ?? world.scenario.seed,
    workers: flags.workers ?? availableParallelism(),
    shelf,
  };
  if (!flags.json) for (const line of [...world.notes, budgetText(context)]) console.error(line);
  const progress = new Progress(process.stderr, () => performance.now(), flags.json);
  const report = await untilStopped(
    (signal) =>
      runGate(
        { ...context, signal, onProgress: (stage, done, of) => progress.tell(stage, done, of) },
        {
          madeAt: new Date().toISOString(),
          code: codeIdentity(),
          evidence,
          ...(signers.length === 0 ? {} : { evidenceSigners: signers }),
          evidenceDaysMax: flags.evidenceAge,
          calibration: fitted?.calibration ?? null,
          ...(flags.only === undefined ? {} : { only: flags.only }),
        },
      ),
    () => `stannary: stopped; the same command with --resume goes on from ${shelf}`,
  ).finally(() => progress.end());
  if (report === null) return null;
  const signed = signReport(report, key);
  for (const { file, text } of files) write(file, text(signed, fitted), flags.force);
  rmSync(shelf, { recursive: true, force: true });
  const written = files.map(({ file }) => file).join(', ');
  console.log(flags.json ? JSON.stringify(signed) : `${gateText(report, flags.verbose)}\n\n${written}`);
  return report;
}

/** The world: as a file or the economy has it, or as a running network tells it, in the file that `calibrate` would write. */
async function worldOf(
  economy: string,
  { set, scenario, scenarioSet, live, resume }: GateFlags,
  shelf: string,
): Promise<{ readonly world: GatedWorld; readonly fitted: NetworkTold | null }> {
  const world = await gatedWorld({ economy, set, file: scenario ?? null, scenarioSet });
  const fitted = live === undefined ? null : await networkTold(live, world.policy);
  // Not before the input is known to be good: what is kept there took long.
  if (!resume) rmSync(shelf, { recursive: true, force: true });
  if (fitted === null) return { world, fitted };
  makeOutFolder(shelf);
  const file = join(shelf, LIVE_SCENARIO);
  writeFileSync(file, fitted.scenarioText);
  return { world: await gatedWorld({ economy, set, file, scenarioSet }), fitted };
}

interface ReportFile {
  readonly file: string;
  readonly text: (signed: SignedGateReport, fitted: NetworkTold | null) => string;
}

/** What is to be written, refused before minutes are spent. */
function reportFiles({ out, force, live }: GateFlags): readonly ReportFile[] {
  const fitted: ReportFile = { file: join(out, LIVE_SCENARIO), text: (_, told) => told!.scenarioText };
  const files: readonly ReportFile[] = [
    { file: join(out, 'gate-report.json'), text: (signed) => `${JSON.stringify(signed)}\n` },
    { file: join(out, 'gate-report.html'), text: ({ report, signature }) => reportHtml(report, signature) },
    ...(live === undefined ? [] : [fitted]),
  ];
  makeOutFolder(out);
  if (!force) for (const { file } of files) requireAbsent(file);
  return files;
}

function write(file: string, text: string, force: boolean): void {
  writeNew(file, text, force, (detail) => new CliRefusal('GATE-OUT', 'give-up', detail));
}

/** A run of minutes is announced before it begins. */
function budgetText(context: Omit<GateContext, 'signal'>): string {
  const { runs, nodeEpochs, seconds } = gateBudget(context);
  const size = `${runs} worlds, ${(nodeEpochs / 1e6).toFixed(0)} million node-epochs`;
  return `${context.profile} profile: ${size}; about ${secondsText(seconds)} in all`;
}

function verify(file: string, { json, verbose, signer }: GateFlags): GateReport {
  const { report, signature } = verifiedReport(file, textOf('GATE-REPORT', file), signer ?? null);
  const pinned = signer === undefined ? ' (signer not pinned: --signer says whose key it must be)' : '';
  if (json) console.log(JSON.stringify({ report, signature }));
  else
    console.log(
      `${file}: signed by ${signature.publicKey}${pinned}, made at ${report.madeAt}\n\n${gateText(report, verbose)}`,
    );
  return report;
}
