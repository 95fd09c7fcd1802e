import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { DeploymentBook } from '@stannary/chain';
import { CliRefusal } from '../refusal.ts';

// The book of addresses: one file for every chain that a network is on, by CAIP-2 id.

type Books = Readonly<Record<string, DeploymentBook>>;

/** The chain's entry; null where there is none. Refuses DEPLOY-BOOK. */
export function bookIn(file: string, chain: string): DeploymentBook | null {
  return booksIn(file)[chain] ?? null;
}

/** Writes the chain's entry, whole or not at all; the other chains' stay. Refuses DEPLOY-BOOK. */
export function writeBook(file: string, book: DeploymentBook): void {
  const books = { ...booksIn(file), [book.chain]: book };
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(books, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw new CliRefusal('DEPLOY-BOOK', 'give-up', { where: file, expected: 'a file that can be written', got });
  }
}

function booksIn(file: string): Books {
  if (!existsSync(file)) return {};
  const expected = 'a book of addresses';
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'no JSON';
    throw new CliRefusal('DEPLOY-BOOK', 'input', { where: file, expected, got });
  }
  const isBook = read !== null && typeof read === 'object' && Object.entries(read).every(isEntry);
  if (isBook) return read as Books;
  throw new CliRefusal('DEPLOY-BOOK', 'input', { where: file, expected, got: 'other JSON' });
}

function isEntry([chain, entry]: [string, unknown]): boolean {
  const { planHash, owner, deployer, contracts, ...rest } = (entry ?? {}) as Partial<DeploymentBook>;
  const texts = [planHash, owner, deployer].every((text) => typeof text === 'string');
  return texts && rest.chain === chain && Number.isSafeInteger(rest.deploymentBlock) && typeof contracts === 'object';
}
