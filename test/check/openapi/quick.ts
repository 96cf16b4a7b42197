import path from 'node:path';
import { typescript } from './generators.ts';

/** The quick part of main.ts, on each check: openapi-typescript's types of the document compile. */
typescript(path.resolve(import.meta.dirname, '../../../contract/openapi.json'), '');
