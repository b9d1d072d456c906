// Tools that read the schema alone: types generated for the questions of the documentation, which its answers must fit, the rules
// of Relay for connections, documents validated by graphql-inspector, and the page of the documentation that config.mjs writes.
//
//   node codegen.mjs ../../schema.graphql ../../README.md ../../docs/client-caches.md
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import eslintGraphql from '@graphql-eslint/eslint-plugin';
import { validate } from '@graphql-inspector/core';
import { ESLint } from 'eslint';
import { Source, buildSchema } from 'graphql';
import { SCALARS, configurationPage } from './config.mjs';
import { Findings, documentedQuestions, generatedFolder, nameOperation, scriptArguments } from './shared.mjs';

const [schemaFile, readme, page] = scriptArguments('node codegen.mjs SCHEMA README PAGE', 3);
const sdl = readFileSync(schemaFile, 'utf8');
const schema = buildSchema(sdl);
const questions = documentedQuestions(readme);
const findings = new Findings();

await findings.group('types', async (group) => {
  const folder = generatedFolder();
  mkdirSync(join(folder, 'gql'));
  writeFileSync(join(folder, 'questions.ts'), questionsModule());
  await generate({
    schema: sdl,
    documents: [join(folder, 'questions.ts')],
    silent: true,
    generates: {
      [join(folder, 'gql/')]: {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
        config: { scalars: SCALARS, strictScalars: true, enumsAsTypes: true, useTypeImports: true },
      },
    },
  });
  writeFileSync(join(folder, 'answers.ts'), answersModule());
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--target',
    'es2022',
  ];
  const compiler = fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc');
  const ran = spawnSync(process.execPath, [compiler, ...options, 'answers.ts'], { cwd: folder, encoding: 'utf8' });
  findings.equal(group, 'tsc', [ran.status, ran.stdout + ran.stderr], [0, '']);
  findings.facts['answers that fit their types'] = questions.length;
});

function questionsModule() {
  const documents = questions.map(
    ({ document }, index) =>
      `export const question${index} = graphql(\`\n${nameOperation(document, `Question${index}`)}\n\`);\n`,
  );
  return `import { graphql } from './gql';\n${documents.join('\n')}`;
}

/** Every answer of the documentation as a value of the type of its question, and one that must not fit. */
function answersModule() {
  const answers = questions.map(
    ({ answer }, index) =>
      `export const answer${index}: ResultOf<typeof questions.question${index}> = ${JSON.stringify(answer)};`,
  );
  return `import type { ResultOf } from '@graphql-typed-document-node/core';
import type * as questions from './questions';

${answers.join('\n')}

// @ts-expect-error The name of a company is no number.
export const wrong: ResultOf<typeof questions.question0> = { company: { name: 1, owners: null } };
`;
}

await findings.group('connections', async (group) => {
  const rules = {
    // Some listings, such as a search, go forward only.
    'relay-arguments': { includeBoth: false },
    'relay-connection-types': undefined,
    // A change or an issue of the data has no id; values such as the names of a company are plain lists.
    'relay-edge-types': { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
    'relay-page-info': undefined,
  };
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': eslintGraphql },
      languageOptions: { parser: eslintGraphql.parser, parserOptions: { graphQLConfig: { schema: schemaFile } } },
      rules: Object.fromEntries(
        Object.entries(rules).map(([rule, options]) => [
          `@graphql-eslint/${rule}`,
          options === undefined ? 'error' : ['error', options],
        ]),
      ),
    },
  });
  const results = await eslint.lintText(sdl, { filePath: 'schema.graphql' });
  const messages = results.flatMap(({ messages }) =>
    messages.map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`),
  );
  findings.equal(group, Object.keys(rules).join(', '), messages, []);
});

await findings.group('documents', async (group) => {
  const sources = questions.map(
    ({ title, document }, index) => new Source(nameOperation(document, `Question${index}`), `${title}, question ${index}`),
  );
  const invalid = validate(schema, sources);
  findings.equal(
    group,
    'graphql-inspector',
    invalid.map(({ source, errors, deprecated }) => [source.name, errors.map(({ message }) => message), deprecated.length]),
    [],
  );
});

await findings.group('the page on client caches', async (group) => {
  const written = readFileSync(page, 'utf8');
  findings.equal(group, 'is what `node config.mjs SCHEMA` writes', written, configurationPage(schema));
});

findings.end();
