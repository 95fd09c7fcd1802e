#!/usr/bin/env node
import { runOnNode24 } from '../../tools/node-24.mjs';

await runOnNode24();
await import('./src/main.ts');
