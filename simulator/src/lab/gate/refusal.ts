import { LabRefusal } from '../refusal.ts';

export type GateRefusalCode =
  | 'GATE-BOUNDS'
  | 'GATE-EVIDENCE-DATE'
  | 'GATE-EVIDENCE-FORM'
  | 'GATE-EVIDENCE-SIGNATURE'
  | 'GATE-KEY'
  | 'GATE-LIVE'
  | 'GATE-REPORT'
  | 'GATE-SCENARIO';

/** A gate that cannot be run as asked; the message says where, what was expected and what came. */
export class GateRefusal extends LabRefusal<GateRefusalCode> {
  override readonly name = 'GateRefusal';
}
