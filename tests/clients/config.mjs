// The configuration that normalizing clients need for this server, made from its schema; and docs/client-caches.md, which documents it.
//
//   node config.mjs [schema.graphql] > docs/client-caches.md
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  buildSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';

/** The object types behind every interface and union: for Apollo's InMemoryCache. */
export function possibleTypes(schema) {
  const abstract = Object.values(schema.getTypeMap()).filter((type) => isInterfaceType(type) || isUnionType(type));
  return Object.fromEntries(abstract.map((type) => [type.name, schema.getPossibleTypes(type).map((object) => object.name)]));
}

/** The object types without an id: values, pages and payloads, which a cache keeps inside of what they belong to. */
export function keylessTypes(schema) {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return objectTypes(schema)
    .filter((type) => !roots.includes(type) && type.getFields().id === undefined)
    .map((type) => type.name);
}

/**
 * For Apollo: a page, when asked for once more with other fields, keeps those it has. Without this, two queries that select
 * different fields of one page (nodes here, edges there) ask the server again, each time the other one is shown.
 */
export function pageTypePolicies(schema) {
  const pages = keylessTypes(schema).filter((name) => name.endsWith('Connection'));
  return Object.fromEntries(pages.map((name) => [name, { merge: true }]));
}

/** For Apollo's relayStylePagination: every argument tells listings apart, but those that choose the page. */
export function listingArguments(args) {
  return Object.keys(args ?? {})
    .filter((name) => !['first', 'after', 'last', 'before'].includes(name))
    .sort();
}

/** For urql's graphcache: null says that a type has no key. */
export function graphcacheKeys(schema) {
  return Object.fromEntries(keylessTypes(schema).map((name) => [name, () => null]));
}

/** The object types that implement Node. */
export function nodeTypes(schema) {
  return schema.getPossibleTypes(schema.getType('Node'));
}

/** The names of those fields of a type that take no arguments and have no selections. */
export function plainFields(type) {
  return Object.values(type.getFields())
    .filter((field) => field.args.length === 0 && isLeafType(getNamedType(field.type)))
    .map((field) => field.name);
}

export function objectTypes(schema) {
  return Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
}

/** Every field of an object type or interface that is a connection: its owner, the field, and the type of its nodes. */
export function connectionFields(schema) {
  const owners = Object.values(schema.getTypeMap()).filter(
    (type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'),
  );
  return owners.flatMap((owner) =>
    Object.values(owner.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .map((field) => ({ owner, field, node: nodeOfConnection(getNamedType(field.type)) })),
  );
}

function nodeOfConnection(connection) {
  const nullable = (type) => (isNonNullType(type) ? type.ofType : type);
  const edges = nullable(connection.getFields().edges.type);
  if (!isListType(edges)) {
    throw new Error(`${connection.name}.edges is no list`);
  }
  return getNamedType(getNamedType(edges).getFields().node.type);
}

/** docs/client-caches.md: the lines for each client. */
export function configurationPage(schema) {
  return `# Client caches

A client that keeps one object for each \`id\` needs no code for this server. The \`id\` of a node names what is seen: through another
view it is another one, so what was true in 2014 and what is true now stand side by side. \`key\` is the id of the data, the same in
every view. Select \`id\` wherever there is one (Relay does so by itself).

A change updates what is seen through the default view. Objects seen through other views are asked for once more with
\`nodes(ids:)\`, and so is what a subscription names in \`recordId\`. Later pages of a listing show the state of its first page, with
the ids of that page; after a change, begin again at the first.

The header \`Guanxi-View\` is not part of a query: use one cache for each header. Under one, an id without a view is seen through the
header, also where \`view: {}\` answered it; ask for such objects without the header.

## Apollo Client

\`\`\`js
${apolloLines(schema)}
\`\`\`

Values without an \`id\`, such as a share, need no line: Apollo keeps them inside of what they belong to. The type policies are
optional; with them, two queries may select different fields of one page. To page with \`fetchMore\`, every argument but those that
choose the page tells listings apart, the view above all:

\`\`\`js
import { relayStylePagination } from '@apollo/client/utilities';

${String(listingArguments)}
const pages = relayStylePagination(listingArguments);
// typePolicies: { Query: { fields: { companies: pages } }, Company: { fields: { relationships: pages } } }
\`\`\`

## urql

The document cache needs nothing. Graphcache needs the schema and the types that have no key:

\`\`\`js
${graphcacheLines(schema)}
\`\`\`

To page, add \`resolvers: { Query: { companies: relayPagination() } }\` from \`@urql/exchange-graphcache/extras\`.

## Relay

\`curl http://127.0.0.1:8000/schema.graphql -o schema.graphql\`, and in \`relay.config.json\`:

\`\`\`json
${JSON.stringify({ src: './src', language: 'typescript', ...RELAY }, null, 2)}
\`\`\`

\`@refetchable\` works on every type that implements \`Node\`, on \`Entity\` and on \`Query\`; \`@connection\` on every field whose type ends in
\`Connection\`.
`;
}

/** The scalars of the schema as generated types have them. */
export const SCALARS = { Date: 'string', DateTime: 'string', JSON: 'unknown', PartialDate: 'string' };

/** What Relay's compiler needs to know about this server. */
export const RELAY = { schema: './schema.graphql', customScalarTypes: SCALARS };

function apolloLines(schema) {
  const types = Object.entries(possibleTypes(schema)).map(
    ([name, objects]) => `    ${name}: [\n${wrapNames(objects, 6)}\n    ],`,
  );
  const pages = Object.keys(pageTypePolicies(schema));
  return `import { InMemoryCache } from '@apollo/client';

const pages = [
${wrapNames(pages, 2)}
];
const cache = new InMemoryCache({
  possibleTypes: {
${types.join('\n')}
  },
  typePolicies: Object.fromEntries(pages.map((name) => [name, { merge: true }])),
});`;
}

function graphcacheLines(schema) {
  return `import { cacheExchange } from '@urql/exchange-graphcache';
import schema from './introspection.json';

const keyless = [
${wrapNames(keylessTypes(schema), 2)}
];
const cache = cacheExchange({ schema, keys: Object.fromEntries(keyless.map((name) => [name, () => null])) });`;
}

/** Names as quoted lines of at most 120 characters. */
function wrapNames(names, indent) {
  const lines = [''];
  for (const name of names) {
    const item = `'${name}',`;
    if (indent + lines.at(-1).length + item.length + 1 > 120) {
      lines.push('');
    }
    lines.push(`${lines.pop()} ${item}`.trim());
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path = new URL('../../schema.graphql', import.meta.url)] = process.argv.slice(2);
  process.stdout.write(configurationPage(buildSchema(readFileSync(path, 'utf8'))));
}
