import { workQueue } from '@stannary/simulator/lab';
import type { Command } from 'commander';
import { untilStopped } from '../lab/stopping.ts';
import { workersOption } from './world-options.ts';

interface WorkerFlags {
  readonly queue: string;
  readonly workers?: number;
  readonly quiet: boolean;
}

/** `stannary worker`. */
export function defineWorker(command: Command): void {
  command
    .description('do the runs that others publish on a PostgreSQL queue, until Ctrl-C')
    .requiredOption('--queue <url>', 'where: postgres://…; whoever can write there decides what this machine reckons')
    .addOption(workersOption())
    .option('--quiet', 'say nothing of each run', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary worker --queue postgres://user@db.example.org/stannary\n\nExit status: 3 the queue does not answer, 130 stopped by Ctrl-C; what was not done goes to another worker.',
    )
    .action(work);
}

async function work({ queue, workers, quiet }: WorkerFlags): Promise<void> {
  let done = 0;
  await untilStopped(
    async (signal) => {
      await workQueue(queue, {
        signal,
        ...(workers === undefined ? {} : { workers }),
        onJob: ({ hash, point, run }) => {
          done += 1;
          if (!quiet) console.log(`${hash.slice(0, 12)} point ${point} run ${run}`);
        },
      });
      signal.throwIfAborted();
    },
    () => `stannary: stopped after ${done} runs; what was not done goes to another worker`,
  );
}
