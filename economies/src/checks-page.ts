import { ATTACKS } from './checks/attacks.ts';
import { CHECK_SECTIONS, type CheckSection } from './checks/check.ts';
import { type CheckResult, ECONOMIC_CHECKS, runChecks } from './checks/run-checks.ts';
import type { Policy } from './load-economy.ts';

// docs/reference/checks.md: every check with its formula, what it closes, and the reference economy's numbers.

export function checksPage(reference: Policy): string {
  const results = runChecks(reference);
  return [HEAD, ...CHECK_SECTIONS.map((section) => sectionText(section, results))].join('\n');
}

function sectionText(section: CheckSection, results: readonly CheckResult[]): string {
  const checks = ECONOMIC_CHECKS.filter((one) => one.section === section);
  const texts = checks.map(({ id }) => checkText(results.filter((one) => one.id === id)));
  return [`## ${section[0]!.toUpperCase()}${section.slice(1)}\n`, ...texts].join('\n');
}

function checkText(results: readonly CheckResult[]): string {
  const { id, title, formula, source, attacks, assumes } = results[0]!;
  const fields = new Set(results.flatMap((one) => one.fields.map((field) => ofAnyClass(field, one.about))));
  const closes = attacks.map((attack) => `${ATTACKS.get(attack)} (${attack})`);
  const [shown] = results;
  return [
    `### \`${id}\``,
    '',
    `${title[0]!.toUpperCase()}${title.slice(1)}.`,
    '',
    '| | |',
    '|---|---|',
    row('formula', code(formula)),
    row('source', source),
    row('closes', closes.join(', ') || 'no attack: it keeps the honest'),
    row('mended by', [...fields].map(code).join(', ') || 'no single field'),
    row('assumes', assumes.map(code).join(', ') || 'nothing'),
    row(`reference${shown!.about === '' ? '' : `, ${shown!.about}`}`, code(shown!.numbers)),
    '',
  ].join('\n');
}

function ofAnyClass(field: string, about: string): string {
  return about === '' ? field : field.replace(`classes.${about}.`, 'classes.<name>.');
}

function row(name: string, text: string): string {
  return `| ${name} | ${text.replaceAll('|', '\\|')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

const HEAD = `# Checks of an economy

What \`stannary check\` holds an [economy file](economy.md) against, once it is [read](refusals.md): conditions in closed
form, with the economy's own numbers in them. Amounts are credits and rates are per hour, so no verdict hangs on the
length of an epoch. Every attack must cost twice what it returns.

A check that fails says, for each field that can mend it alone, the nearest value at which it passes: one unit less, as the
field is kept, would still fail. An economy whose \`bounds\` are \`waived\` is told the same and not failed; it can never be
deployed.

The numbers in brackets are those of the attack catalogue. What has no closed form is simulated. This page is written
from the checks themselves, by \`node economies/src/write-generated.ts\`.
`;
