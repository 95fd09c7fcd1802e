import { GOALS } from '@stannary/economies';
import { Command, CommanderError, Option } from 'commander';
import { defineAblate } from './commands/ablate.ts';
import { defineArbiter } from './commands/arbiter.ts';
import { defineAttack } from './commands/attack.ts';
import { defineAudit } from './commands/audit.ts';
import { defineCalibrate } from './commands/calibrate.ts';
import { checkFiles } from './commands/check.ts';
import { defineCompare } from './commands/compare.ts';
import { defineCurve } from './commands/curve.ts';
import { defineDeploy } from './commands/deploy.ts';
import { defineEstimate } from './commands/estimate.ts';
import { defineEvidence } from './commands/evidence.ts';
import { explain } from './commands/explain.ts';
import { defineGate } from './commands/gate.ts';
import { init } from './commands/init.ts';
import { replayEconomy } from './commands/replay.ts';
import { defineReport } from './commands/report.ts';
import { defineSensitivity } from './commands/sensitivity.ts';
import { setOption } from './commands/set-option.ts';
import { defineSimulate } from './commands/simulate.ts';
import { defineTune } from './commands/tune.ts';
import { defineWatch } from './commands/watch.ts';
import { wholeFrom } from './commands/whole-number.ts';
import { defineWorker } from './commands/worker.ts';
import { POSTER_CHEATS, type PosterCheat } from './local/poster-cheat.ts';
import { failuresOf, isSound, summaryTable } from './local/summary.ts';
import { up } from './local/up.ts';
import { EXIT_STATUS, exitStatusOf } from './refusal.ts';

const TRACE_REQUESTS = 1_000;
const CHECK_FAILED = 1;

const program = new Command('stannary')
  .description('The incentive layer for distributed infrastructure.')
  .version('0.1.0')
  .showHelpAfterError('(--help shows what there is)')
  .exitOverride();

program
  .command('up')
  .description(
    'run a whole local network: chain, contracts, gateway, eight providers (three cheat), a consumer, the console',
  )
  .option('--eras <n>', 'sell work in this many eras, drain, print the summary, end', wholeFrom(1, 1000))
  .option('--json', 'print nothing but one line of JSON at the end', false)
  .option('--trace <file>', 'replay a request trace: CSV with TIMESTAMP, ContextTokens, GeneratedTokens')
  .option('--requests <n>', 'how many requests of the trace', wholeFrom(1, 1_000_000), TRACE_REQUESTS)
  .option('--skip <n>', 'first request of the trace to replay', wholeFrom(0, 100_000_000), 0)
  .option('--data <dir>', 'folder the network lives in; an old one is resumed', '.stannary')
  .option('--fresh', 'throw away what is in that folder first', false)
  .addOption(
    new Option('--poster-cheat <how>', 'a poster that lies in the third era, and is caught').choices(POSTER_CHEATS),
  )
  .option('--payer-exit', 'a payer that leaves with a voucher outstanding while its payee sleeps', false)
  .option('--port <n>', 'port of the console; 0 finds a free one', wholeFrom(0, 65535), 7070)
  .option('--gateway-port <n>', 'port of the gateway; 0 finds a free one', wholeFrom(0, 65535), 7071)
  .option('--chain-port <n>', 'port of the chain; 0 finds a free one', wholeFrom(0, 65535), 0)
  .addOption(new Option('--economy <file>', 'economy file, or the name of a shipped one').default('local'))
  .addHelpText(
    'after',
    '\nExample:\n  npm start -- --eras 3 --trace requests.csv --json\n\nExit status: 0 sound, 1 a check failed, 2 bad input, 3 try again (port or folder in use), 4 give up.',
  )
  .action(runUp);

program
  .command('explain')
  .description('one payout, line by line: from usage to what vested')
  .argument('<node>', 'node id, or its first digits')
  .requiredOption('--epoch <n>', 'which epoch', wholeFrom(0, Number.MAX_SAFE_INTEGER))
  .option('--gateway <url>', 'gateway to ask', 'http://127.0.0.1:7071')
  .option('--json', 'print JSON', false)
  .addHelpText(
    'after',
    '\nExample:\n  stannary explain 3f9a --epoch 4\n\nExit status: 0 done, 2 no such node or epoch, 3 the gateway does not answer.',
  )
  .action(explain);

program
  .command('check')
  .description('what is wrong with economy files, and whether their numbers hold against those who would exploit them')
  .argument('<file...>', 'economy files, or names of shipped ones')
  .addOption(setOption())
  .option('--json', 'print one line of JSON', false)
  .addHelpText(
    'after',
    '\nExample:\n  stannary check economy.yaml --set price.gain=0.05\n\nExit status: 0 all passed, 1 a check failed, 2 a file was refused.',
  )
  .action(async (files: string[], flags) => {
    process.exitCode = await checkFiles(files, flags);
  });

program
  .command('init')
  .description('write a whole economy file: every field with its meaning, default, bounds and largest step')
  .argument('[file]', 'where to', 'economy.yaml')
  .option('--name <name>', 'name of the economy; without it the name of the file')
  .addOption(new Option('--goal <goal>', 'what supply, caps, price and take are to serve; says why').choices(GOALS))
  .option('--force', 'overwrite a file that is there', false)
  .option('--json', 'print one line of JSON', false)
  .addHelpText(
    'after',
    '\nExample:\n  stannary init my-network.yaml --goal growth && stannary check my-network.yaml\n\nExit status: 0 the file is written, 2 it was there or its name is none, 4 it cannot be written.',
  )
  .action(init);

defineAttack(program.command('attack'));
defineAudit(program.command('audit'));
defineCurve(program.command('curve'));
defineDeploy(program.command('deploy'));
defineEstimate(program.command('estimate'));
defineSensitivity(program.command('sensitivity'));
defineTune(program.command('tune'));
defineCompare(program.command('compare'));
defineAblate(program.command('ablate'));
defineSimulate(program.command('simulate'));
defineCalibrate(program.command('calibrate'));
defineWorker(program.command('worker'));
defineGate(program.command('gate'));
defineEvidence(program.command('evidence'));
defineReport(program.command('report'));
defineArbiter(program.command('arbiter'));
defineWatch(program.command('watch'));
program
  .command('replay')
  .description("recompute a programme's payouts from a folder of CSV files, and compare them with what was really paid")
  .argument('<economy>', 'economy file with a programme and a replay layout, or the name of a shipped one')
  .requiredOption('--data <dir>', 'folder of CSV files')
  .option('--out <file>', 'write every payout to a CSV file')
  .option('--force', 'overwrite a file that is there', false)
  .addOption(setOption())
  .option('--json', 'print one line of JSON', false)
  .addHelpText(
    'after',
    '\nExample:\n  stannary replay keep-ecdsa --data keep-ecdsa-rewards --out payouts.csv\n\nExit status: 0 every compared payout matches, 1 one differs, 2 the economy or the folder was refused.',
  )
  .action(async (economy: string, flags) => {
    process.exitCode = (await replayEconomy(economy, flags)) ? 0 : CHECK_FAILED;
  });

// The order of the help is an architect's way.
const GROUPS = {
  'Design an economy:': ['init', 'check', 'curve', 'estimate'],
  'Simulate and explore it:': ['simulate', 'calibrate', 'sensitivity', 'tune', 'compare', 'worker'],
  'Attack it, and pass the gate:': ['attack', 'ablate', 'gate', 'evidence', 'report'],
  'Put it on a chain:': ['deploy', 'audit', 'watch', 'arbiter'],
  'Run it, and recompute what was paid:': ['up', 'explain', 'replay'],
};
const inOrder = Object.values(GROUPS).flat();
for (const [group, names] of Object.entries(GROUPS)) {
  for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(group);
}
(program.commands as Command[]).sort((one, other) => inOrder.indexOf(one.name()) - inOrder.indexOf(other.name()));
program.helpCommand(false);

interface UpFlags {
  readonly eras?: number;
  readonly json: boolean;
  readonly trace?: string;
  readonly requests: number;
  readonly skip: number;
  readonly data: string;
  readonly fresh: boolean;
  readonly port: number;
  readonly gatewayPort: number;
  readonly chainPort: number;
  readonly economy: string;
  readonly posterCheat?: PosterCheat;
  readonly payerExit: boolean;
}

async function runUp(flags: UpFlags): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!stopping.signal.aborted && !flags.json) console.log('stopping; start again to go on where this stopped');
      stopping.abort();
    });
  }
  const summary = await up({
    dataDirectory: flags.data,
    fresh: flags.fresh,
    eras: flags.eras ?? null,
    consolePort: flags.port,
    gatewayPort: flags.gatewayPort,
    chainPort: flags.chainPort,
    trace: flags.trace === undefined ? null : { file: flags.trace, skip: flags.skip, requests: flags.requests },
    economy: flags.economy,
    posterCheat: flags.posterCheat ?? null,
    payerExit: flags.payerExit,
    print: (line) => {
      if (!flags.json) console.log(line);
    },
    stop: stopping.signal,
  });
  if (summary === null) return;
  console.log(
    flags.json ? JSON.stringify({ ...summary, failures: failuresOf(summary) }) : summaryTable(summary, 1_000_000),
  );
  if (!isSound(summary)) process.exitCode = CHECK_FAILED;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}

/** One line on standard error, unless commander has said it already. */
function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.input;
  const { code, message, stack, refusalClass } = error as {
    code?: string;
    message: string;
    stack?: string;
    refusalClass?: string;
  };
  console.error(refusalClass === undefined ? (stack ?? message) : `stannary: ${inertLines(message)} [${code}]`);
  return exitStatusOf(error);
}

/** What a message quotes of a file must not act on a terminal; its own lines stay. */
function inertLines(message: string): string {
  return message.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
}
