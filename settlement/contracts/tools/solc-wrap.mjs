#!/usr/bin/env -S node --liftoff-only
// Makes solc-js (WebAssembly) answer the two calls that forge makes of a native compiler:
//   --version                                      and
//   --standard-json [--base-path P] [--include-path P]… [--allow-paths P,P]  with the input on stdin.
// `--liftoff-only`: one compilation never repays V8's optimising tier; it takes 14-22 s instead of 26 s without.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const commandLine = process.argv.slice(2);

if (commandLine.includes('--version')) {
  // From package.json: loading the compiler for its own version string takes 0.7 s.
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${require('solc/package.json').version}`);
} else if (commandLine.includes('--standard-json')) {
  const roots = [...valuesOf('--base-path'), ...valuesOf('--include-path'), process.cwd()];
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8'), { import: (path) => readSource(roots, path) }));
} else {
  console.error(`solc-wrap: expected --version or --standard-json, got ${commandLine.join(' ') || 'nothing'}`);
  process.exitCode = 1;
}

function valuesOf(option) {
  return commandLine.flatMap((argument, index) => {
    if (argument === option) return [commandLine[index + 1]];
    return argument.startsWith(`${option}=`) ? [argument.slice(option.length + 1)] : [];
  });
}

function readSource(roots, path) {
  for (const candidate of isAbsolute(path) ? [path] : roots.map((root) => resolve(root, path))) {
    try {
      return { contents: readFileSync(candidate, 'utf8') };
    } catch {
      // The next root may have it.
    }
  }
  return { error: `not found: ${path}` };
}
