// How fast events of a chain get into the ledger: from anvil, through the gateway's own follower, into PGlite on disk,
// the comparison of the two books after each step included.
import { mkdirSync, writeFileSync } from 'node:fs';
import { ledgerTotals } from '@stannary/billing/postgres';
import { startDepositChain } from './chain-follower.fixture.ts';

const GOAL_EVENTS_PER_SECOND = 5_000;
const BLOCKS = 50;
const EVENTS_PER_BLOCK = 1_000;
const EVENTS = BLOCKS * EVENTS_PER_BLOCK;

const chain = await startDepositChain();
try {
  for (let block = 0; block < BLOCKS; block += 1) await chain.deposits(EVENTS_PER_BLOCK);
  await chain.finalise();
  const { follower, context, close } = await chain.open();
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  while (await follower.run());
  const seconds = (performance.now() - startMs) / 1e3;
  const cpuSeconds = process.cpuUsage(startCpu).user / 1e6;
  const { inGrains } = (await ledgerTotals(context.db)).credit;
  await close();
  if (inGrains !== `${EVENTS}`) throw new Error(`expected ${EVENTS} grains in the ledger, got ${inGrains}`);
  report(seconds, cpuSeconds);
} finally {
  await chain.stop();
}

function report(seconds: number, cpuSeconds: number): void {
  const perSecond = EVENTS / seconds;
  const ratio = (perSecond / GOAL_EVENTS_PER_SECOND).toFixed(2);
  console.log(`${EVENTS} events: ${perSecond.toFixed(0)} a second, ${ratio} of the goal of ${GOAL_EVENTS_PER_SECOND}`);
  console.log(`${(EVENTS / cpuSeconds).toFixed(0)} a second of this process's own time`);
  mkdirSync('bench-results', { recursive: true });
  const result = { events: EVENTS, seconds, cpuSeconds, perSecond, goalPerSecond: GOAL_EVENTS_PER_SECOND };
  writeFileSync('bench-results/chain-follower.json', JSON.stringify(result, null, 2));
}
