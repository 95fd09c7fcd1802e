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
  const { statement, statementHash } = await client.statement(flags.epoch);
  const { economy } = await client.policy(statement.economyHash);
  const nodeIds = statement.nodes.columns.nodeId;
  const matches = nodeIds.filter((nodeId) => nodeId.startsWith(nodeIdStart.toLowerCase()));
  if (matches.length !== 1) {
    const expected = `one node of epoch ${flags.epoch}: ${nodeIds.map((nodeId) => nodeId.slice(0, 8)).join(', ')}`;
    throw new CliRefusal('NODE-UNKNOWN', 'input', {
      where: 'node',
      expected,
      got: `${nodeIdStart} (${matches.length} match)`,
    });
  }
  const nodeId = matches[0]!;
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
