export { Arbiter, type ArbiterFinding, type ArbiterParts, saltsOf } from './arbiter.ts';
export { PublicRecord, type RecordParts } from './public-record.ts';
