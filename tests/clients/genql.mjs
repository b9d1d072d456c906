// A client that genql generates of the schema: it compiles with the questions asked by it, and what it answers and changes is
// what the server says.
//
//   node genql.mjs http://127.0.0.1:8000/graphql ../../schema.graphql
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Findings, ask, generatedFolder, scriptArguments } from './shared.mjs';

const PROGRAM = `import { createClient } from './client';

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

async function main(url: string) {
  const client = createClient({ url });
  const asked = await client.query({
    company: {
      __args: { by: { id: 'alipay' } },
      name: true,
      partners: { __args: { first: 5 }, totalCount: true, nodes: { __typename: true, name: true, on_Company: { country: true } } },
    },
  });
  // @ts-expect-error The name of a company is no number.
  const wrong: number | undefined = asked.company?.name;
  const changed = await client.mutation({
    upsertEntities: {
      __args: { input: { entities: [{ id: 'genql-1', kind: 'COMPANY', name: 'Genql 1' }] } },
      entities: { name: true },
      userErrors: { code: true, message: true },
    },
  });
  console.log(JSON.stringify({ asked, wrong: typeof wrong, changed }));
}

void main(process.argv[2]!);
`;
const QUESTION = `{
  company(by: {id: "alipay"}) { name partners(first: 5) { totalCount nodes { __typename name ... on Company { country } } } }
}`;

const [url, schemaFile] = scriptArguments('node genql.mjs URL SCHEMA', 2);
const findings = new Findings();

await findings.group('genql', async (group) => {
  const folder = generatedFolder();
  const scalars = ['Date:string', 'DateTime:string', 'PartialDate:string', 'JSON:unknown'];
  const generator = fileURLToPath(import.meta.resolve('@genql/cli')).replace(/dist.*/, 'dist/cli.js');
  const options = ['--schema', schemaFile, '--output', join(folder, 'client'), ...scalars.flatMap((scalar) => ['--scalar', scalar])];
  const generated = spawnSync(process.execPath, [generator, ...options], { encoding: 'utf8' });
  findings.equal(group, 'the generator', [generated.status, generated.stderr], [0, '']);
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const flags = ['--outDir', 'built', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const compiler = fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc');
  const run = (...command) => {
    const ran = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
    return [ran.status, ran.stdout + ran.stderr];
  };
  findings.equal(group, 'tsc', run(compiler, ...flags, 'program.ts'), [0, '']);
  const [status, said] = run('built/program.js', url);
  findings.equal(group, 'its program ends well', status, 0);
  const { asked, wrong, changed } = JSON.parse(said);
  findings.equal(group, 'a question', asked, await ask(url, QUESTION));
  findings.equal(group, 'what its types refuse', wrong, 'string');
  findings.equal(group, 'a change', changed, { upsertEntities: { entities: [{ name: 'Genql 1' }], userErrors: [] } });
});

findings.end();
