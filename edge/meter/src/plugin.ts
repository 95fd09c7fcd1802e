import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NetworkAnswer } from '@stannary/gateway/client';
import type { DeviceKeys } from './keys.ts';
import type { AadAt } from './policies.ts';
import type { ProviderOptions } from './provider.ts';
import { MeterRefusal } from './refusal.ts';
import type { Execute } from './task-runner.ts';
import type { ProviderTransport } from './transport.ts';

/** What the program is about to start a provider with. */
export interface ProviderParts {
  readonly transport: ProviderTransport;
  readonly execute: Execute;
  readonly keys: DeviceKeys;
  readonly network: NetworkAnswer;
  readonly aadAt: AadAt;
}

/**
 * The default export of a plugin's module: another way to execute, or to reach the gateway. It is the operator's own
 * code, trusted with the device key. `option` is what --plugin-option said, '' without it.
 */
export type ProviderPlugin = (
  parts: ProviderParts,
  option: string,
) => Partial<Pick<ProviderOptions, 'transport' | 'execute'>>;

/** Loads a plugin from a file. @throws MeterRefusal METER-PLUGIN: no module there, or no function as its default */
export async function loadPlugin(path: string): Promise<ProviderPlugin> {
  const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw pluginRefusal(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (typeof module.default === 'function') return module.default as ProviderPlugin;
  throw pluginRefusal(path, typeof module.default);
}

function pluginRefusal(where: string, got: string, cause?: unknown): MeterRefusal {
  return new MeterRefusal(
    'METER-PLUGIN',
    { expected: 'a module with a function as its default', got, where },
    { cause },
  );
}
