import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EraBundle, EraTrees } from '@stannary/chain';
import { GatewayRefusal } from './client/refusal.ts';

/** An era that is about to be posted and published. */
export interface EraPosting {
  readonly bundle: EraBundle;
  /** What the statements say. */
  readonly trees: EraTrees;
  /** How often the era was posted and voided before. */
  readonly voided: number;
}

/** What is posted and published of an era. Pure: it is asked again whenever the era is published. */
export type ShapeEra = (posting: EraPosting) => EraTrees;

/**
 * The default export of a plugin's module: other trees than those of the statements. It is the poster's own code, trusted
 * with its bond. `option` is what the configuration says beside it.
 */
export type PosterPlugin = (option: string) => ShapeEra;

export const asStated: ShapeEra = ({ trees }) => trees;

/** Loads a plugin from a file. Refuses GATEWAY-PLUGIN: no module there, or no function as its default. */
export async function loadPosterPlugin({ path, option }: { path: string; option: string }): Promise<ShapeEra> {
  const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw pluginRefusal(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (typeof module.default === 'function') return (module.default as PosterPlugin)(option);
  throw pluginRefusal(path, typeof module.default);
}

function pluginRefusal(where: string, got: string, cause?: unknown): GatewayRefusal {
  const message = `${where}: expected a module with a function as its default, got ${got}`;
  return new GatewayRefusal({ code: 'GATEWAY-PLUGIN', message, where }, 500, 'input', { cause });
}
