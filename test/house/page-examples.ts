import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';

/** A statement of a page's code and what the page says it is. */
export interface PageExample {
  readonly code: string;
  readonly said: string;
}

/**
 * The examples of a page: in blocks of `js`, everything up to a line that ends with `// value`. Lines before it, such as
 * definitions, belong to it.
 */
export function examplesOf(text: string): readonly (readonly PageExample[])[] {
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block]) => {
    const found = (block as string).matchAll(/([\s\S]*?)(?:;|^|\s)\s*\/\/ (.*)(?:\n|$)/gm);
    return [...found].map(([, code, said]) => ({ code: code as string, said: said as string }));
  });
}

/** What is wrong with a page's examples, one sentence each. Blocks of one page share their definitions. */
export function exampleFaults(path: string, text: string, names: Readonly<Record<string, unknown>>): string[] {
  const context = createContext({ ...names });
  return examplesOf(text).flatMap((block) =>
    block.flatMap(({ code, said }) => {
      const got = shown(runInContext(code, context, { filename: path }), said);
      return got === said ? [] : [`${path}: ${code.trim()} is ${got}, not ${said}`];
    }),
  );
}

/** Fractions with as many decimals as the page gives them. */
function shown(value: unknown, said: string): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(said.split('.')[1]?.length ?? 0);
  return inspect(value, { compact: true, breakLength: Number.POSITIVE_INFINITY, depth: 6, numericSeparator: true });
}

/** What a page shows of a command: `$ npm run stannary -- …`, and lines of its output; one that ends with … goes on. */
export interface PageCommand {
  /** As a shell reads it, without `npm run stannary --`. */
  readonly args: string;
  readonly lines: readonly string[];
}

export function commandsOf(text: string): readonly PageCommand[] {
  return [...text.matchAll(/^```console\n\$ npm run stannary -- ((?:.*\\\n)*.*)\n([\s\S]*?)^```$/gm)].map(
    ([, args, shown]) => ({ args: args as string, lines: (shown as string).trimEnd().split('\n') }),
  );
}

/** Lines that a page shows and the command does not print. */
export function unprinted({ lines }: PageCommand, printed: string): string[] {
  const all = printed.split('\n').map((line) => line.trimEnd());
  const isPrinted = (line: string) =>
    line.endsWith(' …') ? all.some((one) => one.startsWith(line.slice(0, -1))) : all.includes(line);
  return lines.filter((line) => !isPrinted(line));
}
