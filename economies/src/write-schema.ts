import { writeFile } from 'node:fs/promises';
import { editorSchema } from './schema.ts';

// Writes stannary.schema.json. Run by hand after a change of the schema; a test checks that the file is current.
const target = new URL('../stannary.schema.json', import.meta.url);
await writeFile(target, `${JSON.stringify(editorSchema(), null, 2)}\n`);
