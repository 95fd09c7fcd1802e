export { economyHashOf, type LoadedEconomy, loadEconomy, type ReadText } from './load-economy.ts';
export { EconomyRefusal, type EconomyRefusalCode, type RefusalClass } from './refusal.ts';
export { editorSchema } from './schema.ts';
