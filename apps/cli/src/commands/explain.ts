import { GatewayClient } from '@stannary/gateway/client';
import { explainNode } from '@stannary/kernel';
import { CliRefusal } from '../refusal.ts';

export interface ExplainFlags {
  readonly epoch: number;
  readonly gateway: string;
  readonly json: boolean;
}

/** Derives one node's payout from the served statement alone, so that the gateway is asked for facts and not for reasons. */
export async function explain(nodeIdStart: string, flags: ExplainFlags): Promise<void> {
  const client = new GatewayClient({ baseUrl: flags.gateway });
  const [{ economy }, { statement, statementHash }] = await Promise.all([
    client.network(),
    client.statement(flags.epoch),
  ]);
  const matches = statement.nodes.filter((line) => line.nodeId.startsWith(nodeIdStart.toLowerCase()));
  if (matches.length !== 1) {
    const expected = `one node of epoch ${flags.epoch}: ${statement.nodes.map((line) => line.nodeId.slice(0, 8)).join(', ')}`;
    throw new CliRefusal('NODE-UNKNOWN', 'input', {
      where: 'node',
      expected,
      got: `${nodeIdStart} (${matches.length} match)`,
    });
  }
  const { nodeId } = matches[0]!;
  const steps = explainNode(economy, statement, nodeId);
  if (flags.json) {
    console.log(JSON.stringify({ nodeId, epoch: flags.epoch, statementHash, steps }));
    return;
  }
  console.log(`node ${nodeId}\nepoch ${flags.epoch}, statement ${statementHash}\n`);
  for (const { step, formula, inputs, result, reason } of steps) {
    const given = Object.entries(inputs)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
    console.log(
      `${step.padEnd(12)} ${result}\n${' '.repeat(13)}${formula}; ${given}${reason === '' ? '' : `; ${reason}`}`,
    );
  }
}
