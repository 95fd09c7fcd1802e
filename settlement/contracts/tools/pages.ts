import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectFolder } from './forge.ts';

// A page per contract, made from what the compiler knows of it: its interface and the NatSpec above each part.

/** Relative to the repository. */
export const CONTRACT_PAGES = 'docs/reference/contracts';

export interface ContractPage {
  /** Of the file in `CONTRACT_PAGES`. */
  readonly file: string;
  readonly text: string;
}

/** The index and one page per contract that can be deployed. The project has to be built. */
export function contractPages(): ContractPage[] {
  const contracts = globSync('src/{,*/}*.sol', { cwd: projectFolder })
    .map((path) => ({ path: path.replaceAll('\\', '/'), name: basename(path, '.sol') }))
    .filter(({ path, name }) => isDeployable(path, name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const pages = contracts.map(({ path, name }) => ({ name, page: pageOf(path, name) }));
  return [indexOf(pages), ...pages.map(({ page }) => page)];
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly internalType?: string;
  readonly indexed?: boolean;
  readonly components?: readonly Parameter[];
}

interface Entry {
  readonly type: 'function' | 'event' | 'error' | 'constructor' | 'fallback' | 'receive';
  readonly name: string;
  readonly inputs: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
  readonly stateMutability?: string;
}

/** NatSpec of one function, event or error. */
interface Doc {
  readonly notice?: string;
  readonly details?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly returns?: Readonly<Record<string, string>>;
}

type DocTable = Readonly<Record<string, Doc | readonly Doc[]>>;

interface DocOutput {
  readonly title?: string;
  readonly notice?: string;
  readonly details?: string;
  readonly methods?: DocTable;
  readonly events?: DocTable;
  readonly errors?: DocTable;
  readonly stateVariables?: DocTable;
}

interface Artifact {
  readonly abi: readonly Entry[];
  readonly bytecode: { readonly object: string };
  /** JSON: forge's own reading of it leaves out titles, events and errors. */
  readonly rawMetadata: string;
}

const SECTIONS = [
  [
    'Functions that change something',
    ({ type, stateMutability }: Entry) => type === 'function' && !isView(stateMutability),
  ],
  ['Functions that read', ({ type, stateMutability }: Entry) => type === 'function' && isView(stateMutability)],
  ['Events', ({ type }: Entry) => type === 'event'],
  ['Errors', ({ type }: Entry) => type === 'error'],
] as const;

function isView(mutability: string | undefined): boolean {
  return mutability === 'view' || mutability === 'pure';
}

function artifactOf(file: string, name: string): Artifact | null {
  try {
    return JSON.parse(readFileSync(join(projectFolder, 'out', file, `${name}.json`), 'utf8')) as Artifact;
  } catch {
    return null;
  }
}

function isDeployable(path: string, name: string): boolean {
  const artifact = artifactOf(`${name}.sol`, name);
  return !path.includes('libraries/') && artifact !== null && artifact.bytecode.object.length > 2;
}

/** A contract that implements an interface is described there. */
function pageOf(path: string, name: string): ContractPage {
  const artifact = artifactOf(`${name}.sol`, name)!;
  const described = artifactOf(`I${name}.sol`, `I${name}`) ?? artifact;
  const docs = [described, artifact].flatMap(docsOf);
  const head = [
    `# ${name}`,
    'This page is written by `node tools/write-contracts.mjs` from the sources; a test holds it to them.',
    `**${sentence(docs[1]?.title ?? name)}** Source: \`settlement/contracts/${path}\`.`,
    docs[0]?.notice ?? '',
    docs[1]?.details ?? '',
  ];
  const sections = SECTIONS.flatMap(([title, belongs]) => sectionOf(title, artifact.abi.filter(belongs), docs));
  const structs = structsOf(artifact.abi);
  const all = [...head, ...structs, ...sections].filter((paragraph) => paragraph !== '');
  return { file: `${kebab(name)}.md`, text: `${all.join('\n\n')}\n` };
}

function docsOf({ rawMetadata }: Artifact): DocOutput[] {
  const { output } = JSON.parse(rawMetadata) as { output: { userdoc: DocOutput; devdoc: DocOutput } };
  return [output.userdoc, output.devdoc];
}

function indexOf(pages: readonly { readonly name: string; readonly page: ContractPage }[]): ContractPage {
  const rows = pages.map(({ name, page }) => {
    const title = /^\*\*(.+?)\*\* Source/m.exec(page.text)?.[1] ?? '';
    return `| [${name}](${page.file}) | ${title} |`;
  });
  const text = [
    '# Contracts',
    'This page is written by `node tools/write-contracts.mjs` from the sources; a test holds it to them.',
    ['| contract | what it is |', '|---|---|', ...rows].join('\n'),
  ];
  return { file: 'README.md', text: `${text.join('\n\n')}\n` };
}

function sectionOf(title: string, entries: readonly Entry[], docs: readonly DocOutput[]): string[] {
  if (entries.length === 0) return [];
  const sorted = [...entries].sort((left, right) => (left.name < right.name ? -1 : 1));
  return [`## ${title}`, ...sorted.map((entry) => entryText(entry, docs))];
}

function entryText(entry: Entry, docs: readonly DocOutput[]): string {
  const found = docs.flatMap((doc) => docOf(doc, entry));
  const notice = found.find((doc) => doc.notice)?.notice ?? '';
  const details = found.find((doc) => doc.details)?.details ?? '';
  const named = found.flatMap(({ params = {}, returns = {} }) => Object.entries({ ...params, ...returns }));
  const lines = [...new Map(named)].map(
    ([name, text]) => `- ${name.startsWith('_') ? 'returns' : `\`${name}\``}: ${text}`,
  );
  const says = [notice, details].filter((text) => text !== '').join(' ');
  return [`\`\`\`solidity\n${signatureText(entry)}\n\`\`\``, says, lines.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function docOf(doc: DocOutput, entry: Entry): Doc[] {
  const table = { function: doc.methods, event: doc.events, error: doc.errors }[entry.type as 'function'];
  const stated = doc.stateVariables?.[entry.name];
  const found = table?.[`${entry.name}(${entry.inputs.map(canonical).join(',')})`] ?? stated ?? [];
  return Array.isArray(found) ? [...(found as Doc[])] : [found as Doc];
}

/** A type as selectors are made of it. */
function canonical({ type, components = [] }: Parameter): string {
  return type.startsWith('tuple') ? `(${components.map(canonical).join(',')})${type.slice('tuple'.length)}` : type;
}

function signatureText({ type, name, inputs, outputs = [], stateMutability = 'nonpayable' }: Entry): string {
  const mutability = type !== 'function' || stateMutability === 'nonpayable' ? '' : ` ${stateMutability}`;
  const returned = outputs.length === 0 ? '' : ` returns (${outputs.map(parameterText).join(', ')})`;
  return `${type} ${name}(${inputs.map(parameterText).join(', ')})${mutability}${returned}`;
}

function parameterText(parameter: Parameter): string {
  return [typeText(parameter), parameter.indexed ? 'indexed' : '', parameter.name]
    .filter((word) => word !== '')
    .join(' ');
}

function typeText({ type, internalType = type }: Parameter): string {
  return internalType.replace(/^(struct|enum|contract) /, '').replace(/^.*\./, '');
}

/** Every struct that a function takes or gives. */
function structsOf(abi: readonly Entry[]): string[] {
  const structs = new Map<string, readonly Parameter[]>();
  const visit = (parameter: Parameter): void => {
    if (parameter.components === undefined) return;
    parameter.components.forEach(visit);
    structs.set(typeText(parameter).replace(/\[.*$/, ''), parameter.components);
  };
  for (const { inputs = [], outputs = [] } of abi) [...inputs, ...outputs].forEach(visit);
  if (structs.size === 0) return [];
  const texts = [...structs].map(([name, fields]) => {
    return `struct ${name} {\n${fields.map((field) => `  ${parameterText(field)};\n`).join('')}}`;
  });
  return ['## Structs', `\`\`\`solidity\n${texts.join('\n\n')}\n\`\`\``];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
