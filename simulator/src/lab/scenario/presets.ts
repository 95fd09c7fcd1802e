/** Named worlds as the files that would say them: the default, the whole stress set, and each of its shocks alone. */
export const SCENARIO_PRESETS: Readonly<Record<string, string>> = {
  default: '',
  base: 'name: base',
  stress: `
name: stress
token: { volatility: 150 % }
shocks:
  - { kind: token-price, at: 4 eras, for: 1 era, factor: 0.4 }
  - { kind: oracle-freeze, at: 4 eras, for: 2 epochs }
  - { kind: redemption, at: 5 eras, share: 30 % }
  - { kind: demand, at: 7 eras, for: 3 eras, factor: 0.3 }
  - { kind: operator-outage, at: 12 eras, for: 1 era }
  - { kind: demand, at: 15 eras, for: 3 eras, factor: 3 }
  - { kind: lazy-verifiers, at: 19 eras, for: 8 eras, share: 40 % }
  - { kind: challenge-cost, at: 19 eras, for: 8 eras, factor: 20 }
`,
  ...alone({
    'token-crash': '{ kind: token-price, at: 7 eras, for: 1 era, factor: 0.4 }',
    'demand-slump': '{ kind: demand, at: 7 eras, for: 7 eras, factor: 0.3 }',
    'demand-surge': '{ kind: demand, at: 7 eras, for: 7 eras, factor: 3 }',
    'operator-outage': '{ kind: operator-outage, at: 7 eras, for: 1 era }',
    'oracle-freeze': '{ kind: oracle-freeze, at: 7 eras, for: 2 epochs }',
    'lazy-verifiers': '{ kind: lazy-verifiers, at: 7 eras, for: 14 eras, share: 40 % }',
    'dear-disputes': '{ kind: challenge-cost, at: 7 eras, for: 14 eras, factor: 20 }',
    'redemption-run': '{ kind: redemption, at: 7 eras, share: 30 % }',
  }),
};

function alone(shocks: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(shocks).map(([name, shock]) => [name, `name: ${name}\nshocks: [${shock}]`]));
}
