import { hash as nodeHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  ATTESTED_FIGURES,
  type AttestedFigure,
  advanceChange,
  advanceRollback,
  attestFigure,
  type DeployedStep,
  type DeploymentBook,
  type DeploymentParties,
  delegateVotes,
  deployNetwork,
  devAccount,
  dryRun,
  type EconomyChange,
  fireTrigger,
  LOCAL_CHAIN_ID,
  localParties,
  networkSettings,
  newAccount,
  readRegistry,
  refuseOutside,
  registryDiff,
  TRIGGER_NAMES,
  type TriggerName,
  verifyDeployment,
} from '@stannary/chain';
import { fieldLimits, type LoadedEconomy, loadEconomy, type Override } from '@stannary/economies';
import { verifiedReport } from '@stannary/simulator/lab';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { bookIn, writeBook } from '../deploy/book.ts';
import { type KeyFlags, keyOf, withKeyOptions } from '../deploy/keys.ts';
import { partiesIn } from '../deploy/parties.ts';
import { changeText, delegationText, diffText, dryRunText, findingsText, stepText } from '../deploy/print.ts';
import { CliRefusal } from '../refusal.ts';
import { setOption } from './set-option.ts';

interface DeployFlags extends KeyFlags {
  readonly economy: string;
  readonly set: readonly Override[];
  readonly rpc: string;
  readonly parties?: string;
  readonly book: string;
  readonly gateReport?: string;
  readonly dryRun?: true;
  readonly verify?: true;
  readonly diff?: true;
  readonly rollback?: true;
  readonly delegate?: string | true;
  readonly attest?: readonly [AttestedFigure, number];
  readonly fire?: TriggerName;
  readonly json: boolean;
}

const CHECK_FAILED = 1;
const GATE_ROWS = 17;
/** What changes the rules of a deployment that is there. */
const GOVERNING = ['diff', 'delegate', 'rollback', 'attest', 'fire'] as const;
/** Begin of epoch 0 on a developer's own chain where neither economy nor parties name one: any second, but always the same. */
const LOCAL_GENESIS_AT = 1_767_225_600;

/** `stannary deploy`. */
export function defineDeploy(command: Command): void {
  const described = command
    .description("put a network's contracts on a chain, read them back, and change the rules that they hold")
    .requiredOption('--economy <file>', 'economy file, or the name of a shipped one')
    .addOption(setOption())
    .requiredOption('--rpc <url>', 'node of the chain')
    .option('--parties <file>', 'who is who on that chain, JSON; left out only on a local chain')
    .option('--book <file>', 'book of addresses: written by a deployment, read by everything else', 'addresses.json');
  withKeyOptions(described, 'private key that pays, or that governs: a file with 0x and 64 hex characters')
    .option('--gate-report <file>', "signed report of the economy's launch gate, whose hash goes to the chain")
    .addOption(new Option('--dry-run', 'print every step with its gas, do none').conflicts(['verify', ...GOVERNING]))
    .addOption(new Option('--verify', 'read a deployment back: code, values, bounds, roles').conflicts([...GOVERNING]))
    .addOption(
      new Option(
        '--diff',
        'what the economy would change on the chain; with --gate-report and a key: do the next step of the change',
      ).conflicts(['delegate', 'rollback', 'attest', 'fire']),
    )
    .addOption(
      new Option(
        '--delegate [account]',
        "have the votes of the key's work tokens counted for an account; without one for its own",
      ).conflicts(['rollback', 'attest', 'fire']),
    )
    .addOption(
      new Option('--rollback', "a guardian's next step back to the rules that last proved themselves").conflicts([
        'attest',
        'fire',
      ]),
    )
    .addOption(
      new Option('--attest <figure=value>', `report what no contract shows: ${ATTESTED_FIGURES.join(', ')}`)
        .argParser(attestedOf)
        .conflicts('fire'),
    )
    .addOption(
      new Option('--fire <trigger>', 'have done at once what was authorised for a figure beyond its line').choices(
        TRIGGER_NAMES,
      ),
    )
    .option('--json', 'print one line of JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary deploy --economy economy.yaml --parties parties.json --rpc http://127.0.0.1:8545 --key deployer.key --dry-run\n\nExit status: 0 done, 1 something on the chain is not as planned, 2 bad input, 3 try again, 4 give up.',
    )
    .action(async (flags: DeployFlags) => {
      const isGood = await actionOf(flags)(flags);
      if (!isGood) process.exitCode = CHECK_FAILED;
    });
}

function actionOf(flags: DeployFlags): (flags: DeployFlags) => Promise<boolean> {
  if (flags.delegate !== undefined) return delegate;
  if (flags.rollback) return rollback;
  if (flags.attest !== undefined) return attest;
  if (flags.fire !== undefined) return fire;
  if (flags.diff) return diff;
  if (flags.verify) return verify;
  return flags.dryRun ? plan : deploy;
}

/** Refuses DEPLOY-KEY, and as the deployment does. */
async function deploy(flags: DeployFlags): Promise<boolean> {
  const { settings, parties } = await given(flags);
  const steps: DeployedStep[] = [];
  const book = await deployNetwork({
    rpcUrl: flags.rpc,
    deployer: payingKey(flags, parties),
    settings,
    forcedInclusionSeconds: parties.forcedInclusionSeconds,
    book: bookIn(flags.book, parties.chain),
    onBook: (book) => writeBook(flags.book, book),
    onStep: (step) => {
      steps.push(step);
      if (!flags.json) console.log(stepText(step));
    },
  });
  const verification = await verifyDeployment({ rpcUrl: flags.rpc, settings, book });
  if (flags.json) console.log(JSON.stringify({ book, steps, verification }));
  else console.log(`${steps.length === 0 ? 'Nothing to do.\n' : ''}${findingsText(flags.book, verification)}`);
  return verification.findings.length === 0;
}

async function plan(flags: DeployFlags): Promise<boolean> {
  const { settings, parties } = await given(flags);
  const book = bookIn(flags.book, parties.chain);
  const owner = newAccount(payingKey(flags, parties)).address;
  const { forcedInclusionSeconds } = parties;
  const run = await dryRun({ rpcUrl: flags.rpc, owner, settings, forcedInclusionSeconds, book });
  console.log(flags.json ? JSON.stringify(run) : dryRunText(run));
  return true;
}

async function verify(flags: DeployFlags): Promise<boolean> {
  const { settings, parties } = await given(flags);
  const verification = await verifyDeployment({ rpcUrl: flags.rpc, settings, book: knownBook(flags, parties) });
  console.log(flags.json ? JSON.stringify(verification) : findingsText(flags.book, verification));
  return verification.findings.length === 0;
}

/** Prints all of it before it refuses any of it. Refuses CHAIN-BOUNDS, DEPLOY-GATE-REPORT. */
async function diff(flags: DeployFlags): Promise<boolean> {
  const loaded = await loadEconomy(flags.economy, { set: flags.set });
  const parties = partiesOf(flags, loaded);
  const book = knownBook(flags, parties);
  const newest = loaded.policies.at(-1)!;
  const fields = fieldLimits(newest);
  const registry = await readRegistry(flags.rpc, book);
  const changes = registryDiff(registry.rows, fields);
  const { version, economyHash } = newest;
  const shown = { versionInForce: registry.versionInForce, version, economyHash, ...changes };
  if (!flags.json) console.log(diffText(shown));
  refuseOutside(changes);
  const privateKey = keyOf(flags);
  if (flags.gateReport === undefined || privateKey === null) {
    if (flags.json) console.log(jsonOf({ ...shown, step: null }));
    else if (version !== registry.versionInForce) console.log('shown only: a step takes --gate-report and a key');
    return true;
  }
  const gateReportHash = gateReportHashOf(flags.gateReport, economyHash, isPlay(newest.economy, parties));
  const change: EconomyChange = { version, economyHash, gateReportHash, fields };
  const step = await advanceChange({ rpcUrl: flags.rpc, privateKey, book }, change);
  console.log(flags.json ? jsonOf({ ...shown, step }) : changeText(step, registry));
  return true;
}

async function delegate(flags: DeployFlags): Promise<boolean> {
  const to = flags.delegate === true ? null : flags.delegate!.toLowerCase();
  const delegation = await delegateVotes(await access(flags, 'the key of a holder of work tokens'), to);
  console.log(flags.json ? JSON.stringify(delegation) : delegationText(delegation));
  return true;
}

async function rollback(flags: DeployFlags): Promise<boolean> {
  const did = await advanceRollback(await access(flags, 'the key of a seat of the guardian'));
  console.log(flags.json ? JSON.stringify({ did }) : `rollback: ${did}`);
  return true;
}

async function attest(flags: DeployFlags): Promise<boolean> {
  const [figure, value] = flags.attest!;
  const asOf = await attestFigure(await access(flags, 'the key of a party that reports figures'), figure, value);
  console.log(flags.json ? JSON.stringify({ figure, value, asOf }) : `${figure}: ${value}, as of second ${asOf}`);
  return true;
}

async function fire(flags: DeployFlags): Promise<boolean> {
  const trigger = flags.fire!;
  await fireTrigger(await access(flags, 'a key that pays for the gas'), trigger);
  console.log(flags.json ? JSON.stringify({ fired: trigger }) : `${trigger}: fired`);
  return true;
}

/** Refuses DEPLOY-KEY, DEPLOY-BOOK. */
async function access(flags: DeployFlags, whose: string) {
  const loaded = await loadEconomy(flags.economy, { set: flags.set });
  const book = knownBook(flags, partiesOf(flags, loaded));
  return { rpcUrl: flags.rpc, privateKey: keyOf(flags) ?? missingKey(whose), book };
}

function attestedOf(text: string): readonly [AttestedFigure, number] {
  const [, name = '', digits = ''] = /^([a-z-]+)=(-?\d{1,15})$/.exec(text) ?? [];
  const figure = ATTESTED_FIGURES.find((one) => one === name);
  if (figure !== undefined) return [figure, Number(digits)];
  throw new InvalidArgumentError(`expected ${ATTESTED_FIGURES.join(' or ')}, = and a whole number, got ${text}`);
}

async function given(flags: DeployFlags) {
  const loaded = await loadEconomy(flags.economy, { set: flags.set });
  const { policies, economyHash } = loaded;
  const parties = partiesOf(flags, loaded);
  const isForPlay = isPlay(policies[0].economy, parties);
  const gateReportHash =
    flags.gateReport === undefined ? null : gateReportHashOf(flags.gateReport, economyHash, isForPlay);
  const economies = policies.map(({ economy }) => economy);
  const economy = { policies: economies, fields: fieldLimits(policies[0]), economyHash, gateReportHash };
  return { parties, settings: networkSettings(economy, parties) };
}

function partiesOf({ parties }: DeployFlags, { policies: [{ economy }] }: LoadedEconomy): DeploymentParties {
  return parties === undefined ? localParties(economy, LOCAL_GENESIS_AT) : partiesIn(parties);
}

/** On a local chain its first account pays where no key is named. Refuses DEPLOY-KEY. */
function payingKey(flags: DeployFlags, { chain }: DeploymentParties): string {
  const key = keyOf(flags);
  if (key !== null) return key;
  return chain === `eip155:${LOCAL_CHAIN_ID}` ? devAccount(0).privateKey : missingKey('a key that pays for the gas');
}

function missingKey(expected: string): never {
  throw new CliRefusal('DEPLOY-KEY', 'input', { where: '--key', expected, got: 'none' });
}

/** Refuses DEPLOY-BOOK. */
function knownBook({ book }: DeployFlags, { chain }: DeploymentParties): DeploymentBook {
  const known = bookIn(book, chain);
  if (known !== null) return known;
  const detail = { where: book, expected: `a deployment on ${chain}`, got: 'none' };
  throw new CliRefusal('DEPLOY-BOOK', 'input', { ...detail, remedy: 'name the book with --book, or deploy first' });
}

/** On a developer's own chain, of an economy that is to be looked at alone: it can pass no gate, nor cost anyone anything. */
function isPlay({ bounds }: LoadedEconomy['economy'], { chain }: DeploymentParties): boolean {
  return bounds === 'waived' && chain === `eip155:${LOCAL_CHAIN_ID}`;
}

/**
 * SHA-256 of the file, whose signature holds, which is about this economy, and passed it unless it may fail.
 * Refuses DEPLOY-GATE-REPORT.
 */
function gateReportHashOf(file: string, economyHash: string, mayFail: boolean): string {
  const detail = {
    where: file,
    expected: `a gate's report of the economy ${economyHash.slice(0, 12)}… that it passed`,
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw new CliRefusal('DEPLOY-GATE-REPORT', 'input', { ...detail, got });
  }
  const { economy, verdicts, criteria } = verifiedReport(file, text, null).report;
  if (economy.hash !== economyHash) {
    const got = `one of ${economy.hash.slice(0, 12)}…`;
    throw new CliRefusal('DEPLOY-GATE-REPORT', 'input', { ...detail, got });
  }
  if (verdicts.economics !== 'pass' && !mayFail) {
    const rows = `one of ${criteria.length} row${criteria.length === 1 ? '' : 's'} of ${GATE_ROWS}`;
    const got = criteria.length < GATE_ROWS ? rows : 'one that it failed';
    throw new CliRefusal('DEPLOY-GATE-REPORT', 'input', { ...detail, got });
  }
  return nodeHash('sha256', text);
}

/** Amounts on the chain may be larger than numbers of JSON: they are texts. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
}
