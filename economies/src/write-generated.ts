import { writeFile } from 'node:fs/promises';
import { checksPage } from './checks-page.ts';
import { loadEconomy } from './load-economy.ts';
import { referencePage } from './page.ts';
import { editorSchema } from './schema.ts';
import { economyTemplate } from './template.ts';

// Writes all that is made from the catalogue. Run by hand after a change of it; tests check that the files are current.
const write = (path: string, text: string) => writeFile(new URL(path, import.meta.url), text);
await write('../stannary.schema.json', `${JSON.stringify(editorSchema(), null, 2)}\n`);
await write('../reference.yaml', economyTemplate({ name: 'reference', schemaPath: './stannary.schema.json' }));
await write('../../docs/reference/economy.md', referencePage());
// After the reference itself, whose numbers it shows.
await write('../../docs/reference/checks.md', checksPage((await loadEconomy('reference')).policies[0]));
