// What the scripts share: asking the server, the questions of the documentation, and the list of what was checked.
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import {
  Kind,
  TypeInfo,
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getOperationAST,
  isCompositeType,
  parse,
  print,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** The positional arguments of a script; without the required ones it ends with its usage. */
export function scriptArguments(usage, required) {
  const values = process.argv.slice(2);
  if (values.length < required) {
    console.error(`Usage: ${usage}`);
    process.exit(2);
  }
  return values;
}

/** The server's own answer, with no client between. Throws when it has errors. */
export async function ask(url, query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors !== undefined) {
    throw new Error(`${query.slice(0, 200)}\n${JSON.stringify(answer.errors)}`);
  }
  return answer.data;
}

export async function introspection(url) {
  return ask(url, getIntrospectionQuery({ oneOf: true }));
}

export async function fetchSchema(url) {
  return buildClientSchema(await introspection(url));
}

/**
 * Every ```graphql block of README.md and of the pages that docs/SUMMARY.md lists which a ```json answer follows: the page, the
 * heading above, the document, its kind and the answer. One that several pages show stands where it is shown first.
 */
export function documentedQuestions(readme) {
  const folder = join(dirname(readme), 'docs');
  const listed = [...readFileSync(join(folder, 'SUMMARY.md'), 'utf8').matchAll(/\]\(([^)]+\.md)\)/g)];
  const asked = [readme, ...listed.map(([, page]) => join(folder, page))].flatMap(pageQuestions);
  // A question that several pages show is taken once: a cache would answer it the second time.
  const known = new Set();
  const questions = asked.filter(({ document }) => !known.has(document) && known.add(document));
  if (questions.length < 20) {
    throw new Error(`only ${questions.length} questions were found; is the documentation written otherwise now?`);
  }
  return questions;
}

function pageQuestions(path) {
  const text = readFileSync(path, 'utf8');
  const blocks = [...text.matchAll(/^```graphql\n([\s\S]*?)^```\n\s*^```json\n([\s\S]*?)^```\n/gm)];
  return blocks.map((block) => ({
    title: `${path}: ${titleBefore(text.slice(0, block.index))}`,
    document: block[1],
    kind: getOperationAST(parse(block[1])).operation,
    answer: JSON.parse(block[2]),
  }));
}

/** The last heading of a text, or the last line in bold. */
function titleBefore(text) {
  const headings = [...text.matchAll(/^#+ (.*)$|^\*\*([\s\S]*?)\*\*/gm)];
  const [, heading, bold] = headings.at(-1);
  return (heading ?? bold).replace(/\s+/g, ' ');
}

/** A document that selects the id, too, wherever there is one, as normalizing clients need it. */
export function withIds(schema, document) {
  const types = new TypeInfo(schema);
  const id = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'id' } };
  return visit(
    document,
    visitWithTypeInfo(types, {
      SelectionSet: {
        leave(set) {
          const type = getNamedType(types.getParentType());
          const hasId = set.selections.some(
            (field) => field.kind === Kind.FIELD && (field.alias ?? field.name).value === 'id',
          );
          if (!isCompositeType(type) || type.getFields?.().id === undefined || hasId) {
            return undefined;
          }
          return { ...set, selections: [id, ...set.selections] };
        },
      },
    }),
  );
}

/**
 * A document whose operation is called by the name and its kind, `FirstQuery`, and whose fragments begin with the name, as
 * compilers want it. What stands in `spread` follows every spread of a fragment.
 */
export function nameOperation(document, name, spread = '') {
  const rename = (node, value) => ({ ...node, name: { kind: Kind.NAME, value } });
  const directives = parse(`{ ...x ${spread} }`).definitions[0].selectionSet.selections[0].directives;
  return print(
    visit(parse(document), {
      OperationDefinition: (node) => rename(node, `${name}${node.operation[0].toUpperCase()}${node.operation.slice(1)}`),
      FragmentDefinition: (node) => rename(node, `${name}${node.name.value}`),
      FragmentSpread: (node) => ({ ...rename(node, `${name}${node.name.value}`), directives }),
    }),
  );
}

/** A folder for what is generated, gone when the process ends; packages are actual from it. */
export function generatedFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-clients-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(fileURLToPath(new URL('node_modules', import.meta.url)), join(folder, 'node_modules'));
  return folder;
}

/** The same selections as a query, to read from a cache what a mutation has written there. */
export function asQuery(document) {
  return visit(document, { OperationDefinition: (operation) => ({ ...operation, operation: 'query' }) });
}

/** A copy without the `__typename` that clients add to every selection. */
export function withoutTypenames(value) {
  if (Array.isArray(value)) {
    return value.map(withoutTypenames);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const fields = Object.entries(value).filter(([name]) => name !== '__typename');
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutTypenames(field)]));
}

/** Resolves as soon as the condition holds; rejects with the text after some seconds. */
export async function until(condition, text) {
  const end = Date.now() + 5000;
  for (;;) {
    const value = condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Where two answers differ first: a path, and both values. */
function difference(actual, expected, path = '$') {
  const isObject = (value) => value !== null && typeof value === 'object';
  if (isObject(actual) && isObject(expected)) {
    for (const name of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      if (!isDeepStrictEqual(actual[name], expected[name])) {
        return difference(actual[name], expected[name], `${path}.${name}`);
      }
    }
  }
  return `at ${path} stands ${JSON.stringify(actual)}, expected was ${JSON.stringify(expected)}`;
}

/** What a script checked. One JSON object at the end says what passed, and what did not and why. */
export class Findings {
  passed = {};
  failed = [];
  facts = {};

  /** Counts one check under its group. */
  holds(group, what, condition, detail = '') {
    if (condition) {
      this.passed[group] = (this.passed[group] ?? 0) + 1;
    } else {
      this.failed.push(`${group}: ${what}${detail && `: ${detail}`}`);
    }
  }

  /** Deep equality, `__typename` aside; prototypes do not count. */
  equal(group, what, actual, expected) {
    const [plainActual, plainExpected] = [actual, expected].map((value) =>
      value === undefined ? undefined : JSON.parse(JSON.stringify(withoutTypenames(value))),
    );
    const same = isDeepStrictEqual(plainActual, plainExpected);
    this.holds(group, what, same, same ? '' : difference(plainActual, plainExpected));
  }

  /** Runs one group of checks; what it throws is a failed check and does not stop the others. */
  async group(name, run) {
    try {
      await run(name);
    } catch (error) {
      this.failed.push(`${name}: ${error.stack ?? error}`);
    }
  }

  /** Prints the findings and ends the process. */
  end() {
    console.log(JSON.stringify({ passed: this.passed, ...this.facts, failed: this.failed }, null, 2));
    for (const failure of this.failed) {
      process.stderr.write(`FAILED ${failure}\n`);
    }
    // Sockets and connections stay open for a while; nothing is left to wait for.
    process.exit(this.failed.length === 0 ? 0 : 1);
  }
}

/** Collects what libraries warn about on the console; every warning is a failed check at the end. */
export function collectWarnings() {
  const warnings = [];
  for (const level of ['warn', 'error']) {
    console[level] = (...parts) => warnings.push(parts.map(String).join(' '));
  }
  return warnings;
}
