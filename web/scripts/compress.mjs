// Beside each built file its brotli and gzip forms: the server sends them as they are. Beside the pages the documents that they
// ask, which the server knows.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const folder = join(root, "dist", "assets");

copyFileSync(join(root, "generated", "operations.json"), join(root, "dist", "operations.json"));

for (const name of readdirSync(folder)) {
  const bytes = readFileSync(join(folder, name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
