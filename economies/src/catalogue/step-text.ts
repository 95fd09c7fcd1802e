import type { StepMax } from './parts.ts';

/** How messages, comments and pages write a largest step. */
export function stepText(step: StepMax): string {
  if (step === 'fixed') return 'never changes';
  if (step === 'free') return 'any step';
  return `step ${typeof step === 'string' ? `±${step}` : step.map((one) => `±${one}`).join(' or ')}`;
}
