export type * from './allocation.ts';
export type * from './economy.ts';
export type * from './epoch.ts';
export { BURN_ACCOUNT } from './epoch.ts';
export type * from './quantities.ts';
