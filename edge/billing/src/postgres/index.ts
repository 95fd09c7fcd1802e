export { type DatabasePlace, type OpenDatabase, openDatabase } from './database.ts';
export {
  type Appended,
  appendPostings,
  balances,
  type LedgerDifference,
  ledgerDifferences,
  ledgerTotals,
} from './ledger.ts';
export { LEDGER_MIGRATIONS, type LedgerSchema, type Migrations, migrate } from './migrations.ts';
