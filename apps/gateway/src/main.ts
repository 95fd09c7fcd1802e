import { parseArgs } from 'node:util';
import { GatewayRefusal } from './client/refusal.ts';
import { readConfig } from './config.ts';
import type { Log } from './context.ts';
import { startGateway } from './gateway.ts';

// The gateway's program: `gateway --config FILE`. One JSON object a line on standard output; exit status by error class.

const EXIT_STATUS = { input: 2, retry: 3, 'give-up': 4 } as const;
const STOP_WITHIN_MS = 10_000;

const log: Log = (level, event, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined)
    throw new GatewayRefusal(
      { code: 'CONFIG-UNREADABLE', message: 'gateway: expected --config FILE, got none' },
      500,
      'input',
    );
  const gateway = await startGateway(await readConfig(values.config), log);
  process.send?.({ listening: gateway.url });
  const stop = () => {
    setTimeout(() => process.exit(4), STOP_WITHIN_MS).unref();
    gateway.stop().then(
      () => process.exit(0),
      (error) => fail(error),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.once('disconnect', stop);
}

function fail(error: unknown): never {
  const { code, refusalClass, message } = error as {
    code?: string;
    refusalClass?: keyof typeof EXIT_STATUS;
    message: string;
  };
  log('error', 'gateway ended', { code, message });
  process.exit(refusalClass === undefined ? 4 : EXIT_STATUS[refusalClass]);
}

main().catch(fail);
