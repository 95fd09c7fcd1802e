import { KernelRefusal, type KernelRefusalCode } from './refusal.ts';

/** For assert.throws: a refusal of exactly this code, whose message says what was expected. */
export function refusal(code: KernelRefusalCode): (error: unknown) => boolean {
  return (error) => error instanceof KernelRefusal && error.code === code && error.message.includes('expected ');
}
