/** What the caller can do about a refusal: here always mend what was given. */
export type RefusalClass = 'input';

/** Every way in which a simulation can be asked for wrongly. */
export const SIMULATION_REFUSALS = [
  'SIMULATION-ACCOUNT',
  'SIMULATION-ATTACK',
  'SIMULATION-CHECKPOINT',
  'SIMULATION-CHOICE',
  'SIMULATION-CLASS',
  'SIMULATION-FIELD',
  'SIMULATION-NUMBER',
  'SIMULATION-PARAMETER',
  'SIMULATION-RULE',
  'SIMULATION-SERIES',
  'SIMULATION-SIZE',
] as const;
export type SimulationRefusalCode = (typeof SIMULATION_REFUSALS)[number];

/** An expected refusal; the message says where, what was expected and what came. */
export class SimulationRefusal extends Error {
  override readonly name = 'SimulationRefusal';
  readonly refusalClass: RefusalClass = 'input';
  readonly code: SimulationRefusalCode;
  readonly where: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: SimulationRefusalCode, where: string, expected: string, got: unknown) {
    super(`${where}: expected ${expected}, got ${String(got)}`);
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = String(got);
  }
}
