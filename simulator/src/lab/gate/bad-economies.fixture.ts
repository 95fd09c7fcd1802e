import type { GateContext } from './context.ts';
import { gated } from './gate.fixture.ts';
import type { GateName, GateReport } from './report.ts';

export interface Caught {
  readonly gate: GateName;
  readonly check: string;
}

/** G1 through the whole gate, for one attack in one world with as few runs as tell. */
export function gatedAttack(context: GateContext, attack: string, world: string): Promise<GateReport> {
  return gated(context, ['G1'], { attackers: { attacks: [attack], worlds: [world], runs: 8 } });
}
