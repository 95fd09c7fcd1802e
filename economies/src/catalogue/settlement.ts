import { seconds, section, tokens } from './parts.ts';

// What holds on the chain. The contracts take it when they are deployed, and keep it.

export const settlement = section('On the chain.', {
  challengeWindow: seconds('challengeWindowSeconds', 'Anyone may challenge a posted era for this long.', {
    default: '24 h',
    min: '24 h',
    max: '30 d',
    stepMax: 'fixed',
  }),
  appeal: seconds('appealSeconds', 'The accused may answer a proposed slash for this long.', {
    default: '5 d',
    min: '1 h',
    max: '30 d',
    stepMax: 'fixed',
  }),
  activation: seconds('activationSeconds', 'A new bond counts after this.', {
    default: '1 d',
    min: '0 s',
    max: '30 d',
    stepMax: 'fixed',
  }),
  unbonding: seconds(
    'unbondingSeconds',
    'A withdrawn bond can still be slashed for this long; at least holdback, appeal and challenge window together.',
    { default: '14 d', min: '1 d', max: '90 d', stepMax: 'fixed' },
  ),
  posterBond: tokens('posterBondGrains', 'What the poster of eras stands to lose.', {
    default: '100_000 tokens',
    min: '0 tokens',
    max: '1_000_000_000 tokens',
    stepMax: 'fixed',
  }),
});
