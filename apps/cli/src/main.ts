import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { explain } from './commands/explain.ts';
import { isSound, summaryTable } from './local/summary.ts';
import { up } from './local/up.ts';
import { EXIT_STATUS, exitStatusOf } from './refusal.ts';

const TRACE_REQUESTS = 1_000;
const CHECK_FAILED = 1;

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`expected a whole number from ${minimum} to ${maximum}, got ${text}`);
  };
}

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
  .option('--eras <n>', 'sell work in this many eras, drain, print the summary, end', wholeNumber(1, 1000))
  .option('--json', 'print nothing but one line of JSON at the end', false)
  .option('--trace <file>', 'replay a request trace: CSV with TIMESTAMP, ContextTokens, GeneratedTokens')
  .option('--requests <n>', 'how many requests of the trace', wholeNumber(1, 1_000_000), TRACE_REQUESTS)
  .option('--skip <n>', 'first request of the trace to replay', wholeNumber(0, 100_000_000), 0)
  .option('--data <dir>', 'folder the network lives in; an old one is resumed', '.stannary')
  .option('--fresh', 'throw away what is in that folder first', false)
  .option('--port <n>', 'port of the console; 0 finds a free one', wholeNumber(0, 65535), 7070)
  .option('--gateway-port <n>', 'port of the gateway; 0 finds a free one', wholeNumber(0, 65535), 7071)
  .option('--chain-port <n>', 'port of the chain; 0 finds a free one', wholeNumber(0, 65535), 0)
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
  .requiredOption('--epoch <n>', 'which epoch', wholeNumber(0, Number.MAX_SAFE_INTEGER))
  .option('--gateway <url>', 'gateway to ask', 'http://127.0.0.1:7071')
  .option('--json', 'print JSON', false)
  .addHelpText('after', '\nExample:\n  stannary explain 3f9a --epoch 4')
  .action(explain);

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
    print: (line) => {
      if (!flags.json) console.log(line);
    },
    stop: stopping.signal,
  });
  if (summary === null) return;
  console.log(flags.json ? JSON.stringify(summary) : summaryTable(summary, 1_000_000));
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
  console.error(refusalClass === undefined ? (stack ?? message) : `stannary: ${message} [${code}]`);
  return exitStatusOf(error);
}
