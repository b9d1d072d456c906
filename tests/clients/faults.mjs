// What may go wrong in a document, each fault by the sort of node it is done to.
import { Kind, parse } from 'graphql';

/** The alias under which every selection asks for its type, so that an answer can be read without the server. */
export const TYPE = 't__';

export const name = (value) => ({ kind: Kind.NAME, value });
export const variable = (value) => ({ kind: Kind.VARIABLE, name: name(value) });

const anything = (maker) =>
  maker.random.pick([
    { kind: Kind.NULL },
    { kind: Kind.INT, value: maker.random.pick(['0', '-0', '3', '3000000000', '99999999999999999999']) },
    { kind: Kind.FLOAT, value: maker.random.pick(['1.5', '2.0', '1e3', '-0.0']) },
    { kind: Kind.STRING, value: maker.random.pick(['', 'ACTIVE', '2014', 'x']) },
    { kind: Kind.BOOLEAN, value: true },
    { kind: Kind.ENUM, value: maker.random.pick(['ACTIVE', 'OWNS', 'NOPE']) },
    { kind: Kind.LIST, values: [] },
    { kind: Kind.LIST, values: [{ kind: Kind.NULL }, { kind: Kind.INT, value: '1' }] },
    { kind: Kind.OBJECT, fields: [] },
    { kind: Kind.OBJECT, fields: [{ kind: Kind.OBJECT_FIELD, name: name('id'), value: { kind: Kind.STRING, value: 'a' } }] },
    variable('v0'),
    variable('nope'),
  ]);

const VALUES = [Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.ENUM, Kind.NULL, Kind.LIST, Kind.OBJECT, Kind.VARIABLE];
const some = (maker) => maker.random.pick(maker.composites);
const aField = (maker) => maker.random.pick(Object.keys(some(maker).getFields?.() ?? { __typename: 0 }));
const at = (kind, change) => ({ kind, change });
/** A node with one of its lists changed. */
const listed = (key, change) => (maker, node) => ({ ...node, [key]: change(maker, node[key] ?? []) });
const less = (maker, list) => list.toSpliced(maker.random.below(Math.max(list.length, 1)), 1);
const twice = (maker, list) => (list.length === 0 ? list : [...list, maker.random.pick(list)]);
const conditionNode = (maker, called) => ({
  kind: Kind.DIRECTIVE,
  name: name(called),
  arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value: { kind: Kind.BOOLEAN, value: true } }],
});
const called = (change) => (maker, node) => ({ ...node, name: name(change(maker, node.name?.value)) });

/** Each with its name; those of variables change their values, others a node of their kind. */
export const FAULTS = [
  ['another field', at(Kind.FIELD, called(aField))],
  ['a misspelt field', at(Kind.FIELD, called((maker, value) => `${value}x`))],
  ['another response name', at(Kind.FIELD, (maker, node) => ({ ...node, alias: name(maker.random.pick(['id', 'name', TYPE, 'f1'])) }))],
  ['the same response name twice', at(Kind.SELECTION_SET, listed('selections', (maker, list) => [...list, { kind: Kind.FIELD, alias: name('k'), name: name(aField(maker)) }, { kind: Kind.FIELD, alias: name('k'), name: name('__typename') }]))],
  ['a selection less', at(Kind.SELECTION_SET, listed('selections', less))],
  ['a selection twice', at(Kind.SELECTION_SET, listed('selections', twice))],
  ['no selections', at(Kind.FIELD, (maker, node) => ({ ...node, selectionSet: undefined }))],
  ['selections below a leaf', at(Kind.FIELD, (maker, node) => ({ ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.FIELD, name: name('id') }] } }))],
  ['an argument less', at(Kind.FIELD, listed('arguments', less))],
  ['an argument twice', at(Kind.FIELD, listed('arguments', twice))],
  ['an unknown argument', at(Kind.FIELD, listed('arguments', (maker, list) => [...list, { kind: Kind.ARGUMENT, name: name(maker.random.pick(['first', 'nope', 'view'])), value: anything(maker) }]))],
  ['another value', at(VALUES, anything)],
  ['another value', at(VALUES, anything)],
  ['another value', at(VALUES, anything)],
  ['a field of an input less', at(Kind.OBJECT, listed('fields', less))],
  ['a field of an input twice', at(Kind.OBJECT, listed('fields', twice))],
  ['a field of an input misspelt', at(Kind.OBJECT_FIELD, called((maker, value) => `${value}x`))],
  ['another type condition', at([Kind.INLINE_FRAGMENT, Kind.FRAGMENT_DEFINITION], (maker, node) => ({ ...node, typeCondition: { kind: Kind.NAMED_TYPE, name: name(maker.random.pick([some(maker).name, 'Nope', 'String', 'ViewInput'])) } }))],
  ['another fragment', at(Kind.FRAGMENT_SPREAD, called((maker) => maker.random.pick(['F0', 'F1', 'F2', 'Nope'])))],
  ['a fragment renamed', at(Kind.FRAGMENT_DEFINITION, called((maker) => maker.random.pick(['F0', 'F1', 'Unused'])))],
  ['a definition less', at(Kind.DOCUMENT, listed('definitions', less))],
  ['a definition twice', at(Kind.DOCUMENT, listed('definitions', twice))],
  ['an operation renamed', at(Kind.OPERATION_DEFINITION, (maker, node) => ({ ...node, name: maker.random.pick([undefined, name('Q0'), name('Q1'), name('Q2')]) }))],
  ['another kind of operation', at(Kind.OPERATION_DEFINITION, (maker, node) => ({ ...node, operation: maker.random.pick(['mutation', 'subscription']) }))],
  ['a variable not declared', at(Kind.OPERATION_DEFINITION, listed('variableDefinitions', less))],
  ['a variable declared twice', at(Kind.OPERATION_DEFINITION, listed('variableDefinitions', twice))],
  ['a variable that is not used', at(Kind.OPERATION_DEFINITION, listed('variableDefinitions', (maker, list) => [...list, { kind: Kind.VARIABLE_DEFINITION, variable: variable('unused'), type: { kind: Kind.NAMED_TYPE, name: name('Int') } }]))],
  ['a variable of another type', at(Kind.VARIABLE_DEFINITION, (maker, node) => ({ ...node, type: parse(`query($a: ${maker.random.pick(['Int', 'String!', '[ID!]!', 'ID', 'Nope', 'Company', 'ViewInput', '[[Int]]'])}) { a }`).definitions[0].variableDefinitions[0].type }))],
  ['a nullable variable', at(Kind.VARIABLE_DEFINITION, (maker, node) => ({ ...node, type: node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : node.type }))],
  ['another default', at(Kind.VARIABLE_DEFINITION, (maker, node) => ({ ...node, defaultValue: anything(maker) }))],
  ['a directive that does not exist', at([Kind.FIELD, Kind.OPERATION_DEFINITION, Kind.FRAGMENT_SPREAD], listed('directives', (maker, list) => [...list, { kind: Kind.DIRECTIVE, name: name('nope') }]))],
  ['a condition in another place', at([Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION, Kind.VARIABLE_DEFINITION], listed('directives', (maker, list) => [...list, conditionNode(maker, 'skip')]))],
  ['a condition of a schema', at([Kind.FIELD, Kind.VARIABLE_DEFINITION], listed('directives', (maker, list) => [...list, { kind: Kind.DIRECTIVE, name: name(maker.random.pick(['deprecated', 'cost', 'oneOf'])) }]))],
  ['a condition twice', at([Kind.FIELD, Kind.INLINE_FRAGMENT], listed('directives', (maker, list) => [...list, conditionNode(maker, 'skip'), conditionNode(maker, 'skip')]))],
  ['a condition without its argument', at(Kind.FIELD, listed('directives', (maker, list) => [...list, { kind: Kind.DIRECTIVE, name: name('include') }]))],
  ['a condition with a wrong argument', at(Kind.FIELD, listed('directives', (maker, list) => [...list, { kind: Kind.DIRECTIVE, name: name('include'), arguments: [{ kind: Kind.ARGUMENT, name: name(maker.random.pick(['if', 'unless'])), value: anything(maker) }] }]))],
  ['something asked of __typename', at(Kind.FIELD, (maker, node) => ({ kind: Kind.FIELD, name: name('__typename'), arguments: maker.random.chance(0.5) ? node.arguments : [], selectionSet: maker.random.chance(0.5) ? node.selectionSet : undefined }))],
  ['a circle of fragments', at(Kind.FRAGMENT_DEFINITION, (maker, node) => ({ ...node, selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, { kind: Kind.FRAGMENT_SPREAD, name: name(maker.random.pick(['F0', 'F1', 'F2'])) }] } }))],
  ['variables: one less', (maker, variables) => without(variables, maker.random.pick(Object.keys(variables)))],
  ['variables: another value', (maker, variables) => ({ ...variables, [maker.random.pick([...Object.keys(variables), 'v0'])]: maker.random.pick([null, true, 1, 2.0, 2.5, -0, 3000000000, 1e30, 'x', '2014', 'ACTIVE', [], [null], [[1]], {}, { id: 'a' }, { id: null }, { id: 'a', name: 'b' }, { nope: 1 }]) })],
  ['variables: one that is not declared', (maker, variables) => ({ ...variables, more: { any: [1] } })],
];

const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([own]) => own !== key));
