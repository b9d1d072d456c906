// graphql-js, the reference implementation, against the server: documents and variables from a seeded generator, of which
// both must think the same, and answers which must have the shape that graphql-js gives them.
//
// Of the cases for the rules of validation it must think what they say.
//
//   node reference.mjs http://127.0.0.1:4000/graphql ../graphql/validity/cases.txt 5000 1
import { readFileSync } from 'node:fs';
import {
  GraphQLError,
  Kind,
  buildClientSchema,
  execute,
  getIntrospectionQuery,
  getOperationAST,
  parse,
  validate,
  visit,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { Maker, Random } from './documents.mjs';
import { TYPE } from './faults.mjs';
import { Findings, ask, scriptArguments } from './shared.mjs';

const [url, casesFile, count, seed] = scriptArguments('node reference.mjs URL CASES COUNT SEED', 4);
/** Requests at a time. */
const CONNECTIONS = 4;
/** More than this many failures tell nothing new. */
const FAILURES_MAX = 20;
/** Refusals that are the server's own: what a request may cost says nothing about its document. */
const OWN_LIMITS = ['LIMIT_EXCEEDED', 'BUDGET_EXCEEDED', 'TIMEOUT', 'UNAVAILABLE', 'FORBIDDEN'];

/**
 * Differences for which graphql-js answers: what the server says when it refuses, or graphql-js when it does, and why the
 * other is right or as good.
 */
const DIFFERENCES = [
  {
    server: /^The root field of a subscription takes no @/,
    why: 'since September 2025 the root of a subscription takes no conditions; graphql-js 16 decides constant ones',
  },
  {
    server: /is used in a oneOf input, which takes no null/,
    why: 'graphql-js looks for a OneOf input behind its non-null type, and does not find it',
  },
  {
    reference: /must be non-nullable to be used for OneOf Input Object/,
    why: 'a default makes up for a nullable variable in a OneOf input, too; graphql-js overlooks it',
  },
  {
    server: /is null, and @\w+\(if:\) takes true or false/,
    why: 'graphql-js begins to execute, and then fails with the whole object',
  },
  {
    server: /9999\d* is not a ID|1e\+?\d+ is not a ID/,
    why: 'an ID is text, or a whole number of 64 bits; graphql-js takes any number of digits',
  },
];

const schema = await referenceSchema();
const samples = await sampleIds();
const findings = new Findings();
const tally = { accepted: 0, refused: 0, 'with a fault': 0, 'over a limit': 0, 'answers compared': 0 };
const explanations = {};

await findings.group('cases', (group) => {
  for (const { rule, document, valid, differs } of cases()) {
    const found = verdict({ query: document, variables: {}, operationName: document.includes('query Run') ? 'Run' : undefined });
    const said = found.why ?? 'it is valid';
    findings.holds(group, `${rule}: ${document}`, (found.accepted === valid) !== differs, said);
  }
});

let index = 0;
await Promise.all(Array.from({ length: CONNECTIONS }, worker));
findings.facts.tally = tally;
findings.facts.explained = explanations;
findings.end();

async function worker() {
  while (index < Number(count) && findings.failed.length < FAILURES_MAX) {
    const number = index;
    index += 1;
    // Each request has its own numbers, so that one can be made again by itself.
    const request = new Maker(schema, samples, new Random(Number(seed) * 1_000_003 + number)).request();
    await compare(number, request);
  }
}

async function compare(number, request) {
  const reference = verdict(request);
  const { fault, ...body } = request;
  const { status, answer } = await send(body);
  const codes = (answer.errors ?? []).map((error) => error.extensions?.code);
  const accepted = 'data' in answer;
  tally['with a fault'] += fault === undefined ? 0 : 1;
  if (!accepted && codes.every((code) => OWN_LIMITS.includes(code))) {
    tally['over a limit'] += 1;
    return;
  }
  const what = `request ${number} of seed ${seed} (${fault ?? 'valid'})`;
  const detail = () => `${JSON.stringify(body)}\n  reference: ${reference.why ?? 'accepts'}\n  server ${status}: ${JSON.stringify(answer).slice(0, 600)}`;
  const reason = accepted === reference.accepted ? undefined : explained(reference, accepted, answer);
  if (reason !== undefined) {
    explanations[reason] = (explanations[reason] ?? 0) + 1;
    return;
  }
  tally[accepted ? 'accepted' : 'refused'] += 1;
  const holds = accepted === reference.accepted;
  findings.holds('verdicts', what, holds, holds ? '' : detail());
  const isOurs = codes.includes('INTERNAL');
  findings.holds('no fault of the server', what, !isOurs, isOurs ? detail() : '');
  if (accepted && reference.accepted && answer.data !== null && asksTypes(reference.document)) {
    tally['answers compared'] += 1;
    const expected = await shaped(reference.document, request, answer.data);
    const same = JSON.stringify(expected.data) === JSON.stringify(answer.data);
    findings.holds('shapes', what, same, same ? '' : `${detail()}\n  expected: ${JSON.stringify(expected).slice(0, 600)}`);
  }
}

async function send(body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

/** What graphql-js does with a request before it executes anything. */
function verdict({ query, variables, operationName }) {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) {
      return { accepted: false, stage: 'validation', document, why: errors.map((error) => error.message).join(' / ') };
    }
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      return { accepted: false, stage: 'operation', why: 'there is no such operation' };
    }
    // A plain request is answered once.
    if (operation.operation === 'subscription') {
      return { accepted: false, stage: 'operation', why: 'subscriptions run elsewhere' };
    }
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (coerced.errors) {
      return { accepted: false, stage: 'variables', document, why: coerced.errors.map((error) => error.message).join(' / ') };
    }
    return { accepted: true, document, operation };
  } catch (error) {
    if (error instanceof GraphQLError) {
      return { accepted: false, stage: 'syntax', why: error.message };
    }
    throw error;
  }
}

/** Whether every selection still asks for its type: some faults took that away. */
function asksTypes(document) {
  let all = true;
  visit(document, {
    SelectionSet(set) {
      const asked = set.selections.filter((field) => field.alias?.value === TYPE);
      all &&= asked.length > 0 && asked.every(({ name, directives }) => name.value === '__typename' && directives.length === 0);
    },
  });
  return all;
}

/** The answer that graphql-js would give to the document if every field were what the server's answer says. */
async function shaped(document, { variables, operationName }, data) {
  return execute({
    schema,
    document,
    rootValue: data,
    variableValues: variables,
    operationName,
    fieldResolver: (source, args, context, info) => source[info.path.key],
    typeResolver: (value) => value[TYPE],
  });
}

/** Why the two differ here, or nothing when one of them is wrong. */
function explained(reference, accepted, answer) {
  const messages = (answer.errors ?? []).map((error) => error.message);
  const fits = ({ server, reference: other }) =>
    accepted
      ? other !== undefined && reference.stage === 'validation' && reference.why.split(' / ').every((why) => other.test(why))
      : server !== undefined && messages.every((message) => server.test(message));
  return DIFFERENCES.find(fits)?.why;
}

/** The documents for the rules of validation; their file says how they are written. */
function cases() {
  const found = [];
  let rule = '';
  for (const line of readFileSync(casesFile, 'utf8').split('\n')) {
    if (line.startsWith('##')) {
      rule = line.slice(3);
    } else if (line.startsWith('+') || line.startsWith('-')) {
      found.push({ rule, document: line.slice(1).trim(), valid: line.startsWith('+'), differs: false });
    } else if (line.startsWith('! graphql-js: ')) {
      found.at(-1).differs = true;
    } else if (line.startsWith(' ')) {
      found.at(-1).document += `\n${line}`;
    }
  }
  return found;
}

/** The schema by introspection, with scalars that take what the server says they take. */
async function referenceSchema() {
  const described = buildClientSchema(await ask(url, getIntrospectionQuery({ oneOf: true })));
  const patterns = {
    Date: /^\d{4}-\d\d-\d\d$/,
    PartialDate: /^\d{4}(-\d\d(-\d\d)?)?$/,
    DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  };
  for (const [name, pattern] of Object.entries(patterns)) {
    const scalar = described.getType(name);
    const read = (value) => {
      if (typeof value !== 'string' || !pattern.test(value)) {
        throw new GraphQLError(`${JSON.stringify(value)} is no ${name}.`);
      }
      return value;
    };
    scalar.parseValue = read;
    scalar.parseLiteral = (node) => read(node.kind === Kind.STRING ? node.value : node);
  }
  return described;
}

/** Ids of entities, relationships and sources. */
async function sampleIds() {
  const data = await ask(url, '{ entities(first: 8) { nodes { id } } relationships(first: 3) { nodes { id } } sources(first: 2) { nodes { id } } }');
  const ids = Object.values(data).flatMap((page) => page.nodes.map((node) => node.id));
  if (ids.length < 10) {
    throw new Error(`only ${ids.length} ids were found`);
  }
  return ids;
}
