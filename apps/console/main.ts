import { parseArgs } from 'node:util';
import { startConsole } from './server.ts';

// The console's program: `console --port N --gateway URL [--host ADDRESS]`. Exit status by error class: 2 input, 3 retry.

const EXIT_STATUS: Readonly<Record<string, number>> = { input: 2, retry: 3 };

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7070' },
      gateway: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
    },
  });
  const running = await startConsole({
    port: Number(values.port),
    gatewayUrl: values.gateway ?? '',
    host: values.host,
  });
  console.log(JSON.stringify({ at: new Date().toISOString(), event: 'console listens', url: running.url }));
  const stop = () => void running.stop().then(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(signal, stop);
} catch (error) {
  const { code, message, refusalClass = '' } = error as { code?: string; message: string; refusalClass?: string };
  console.error(`${code}: ${message}`);
  process.exitCode = EXIT_STATUS[refusalClass] ?? 4;
}
