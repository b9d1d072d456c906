// Builds the pages into dist/, with a brotli file beside each one that gains from it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const compress = promisify(brotliCompress);
const compressible = new Set(['.css', '.html', '.js', '.json', '.svg', '.ttf']);

/** Compresses once at build time, so that the server can afford the best quality. */
function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && compressible.has(extname(entry.name)));
      await Promise.all(
        files.map(async (file) => {
          const path = join(file.parentPath, file.name);
          const raw = await readFile(path);
          const small = await compress(raw, {
            params: {
              [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
              [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
            },
          });
          if (small.length < raw.length) {
            await writeFile(`${path}.br`, small);
          }
        }),
      );
    },
  };
}

export default defineConfig({
  base: './',
  build: {
    // The editor is one large chunk by nature; every browser it runs in preloads modules.
    chunkSizeWarningLimit: 4000,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Libraries say "use client" for frameworks that render on a server; here it means nothing.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') {
          warn(warning);
        }
      },
    },
  },
  worker: { format: 'es' },
  plugins: [precompress()],
  server: {
    proxy: { '/graphql': 'http://127.0.0.1:8000' },
  },
});
