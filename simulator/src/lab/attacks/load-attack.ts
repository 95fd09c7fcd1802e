import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Attack, checkAttack, SimulationRefusal } from '../../index.ts';

/**
 * An attack of a user's own, out of a module that exports it by default.
 * @throws SimulationRefusal SIMULATION-ATTACK (no such file, a module that does not run, an export that is no attack)
 */
export async function loadAttack(path: string): Promise<Attack> {
  let exported: { readonly default?: unknown };
  try {
    exported = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new SimulationRefusal('SIMULATION-ATTACK', path, 'a module that exports an attack by default', reason);
  }
  if (!('default' in exported)) {
    const names = Object.keys(exported).join(', ') || 'nothing';
    throw new SimulationRefusal('SIMULATION-ATTACK', path, 'an attack as its default export', `exports of ${names}`);
  }
  return checkAttack(exported.default, path);
}
