// Documents and variables made from a schema by a seeded generator: valid ones, and ones with a fault somewhere. What is made
// is text, spaced and spelled in every way the specification allows.
import {
  Kind,
  Lexer,
  Source,
  TokenKind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  print,
  visit,
} from 'graphql';
import { FAULTS, TYPE, name, variable } from './faults.mjs';

/** Numbers that are the same for the same seed (mulberry32). */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A number below one. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(bound) {
    return Math.floor(this.next() * bound);
  }

  /** Whether something with this probability happens. */
  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** The type as a document writes it. */
function typeNode(type) {
  if (isNonNullType(type)) {
    return { kind: Kind.NON_NULL_TYPE, type: typeNode(type.ofType) };
  }
  return isListType(type)
    ? { kind: Kind.LIST_TYPE, type: typeNode(type.ofType) }
    : { kind: Kind.NAMED_TYPE, name: name(type.name) };
}

/** A JSON value as a literal of the type. */
function literal(type, value) {
  if (isNonNullType(type)) {
    return literal(type.ofType, value);
  }
  if (value === null) {
    return { kind: Kind.NULL };
  }
  if (isListType(type)) {
    return Array.isArray(value)
      ? { kind: Kind.LIST, values: value.map((item) => literal(type.ofType, item)) }
      : literal(type.ofType, value);
  }
  if (isInputObjectType(type)) {
    const fields = Object.entries(value).map(([key, field]) => ({
      kind: Kind.OBJECT_FIELD,
      name: name(key),
      value: literal(type.getFields()[key].type, field),
    }));
    return { kind: Kind.OBJECT, fields };
  }
  if (isEnumType(type)) {
    return { kind: Kind.ENUM, value };
  }
  switch (typeof value) {
    case 'boolean':
      return { kind: Kind.BOOLEAN, value };
    case 'number':
      return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: String(value) };
    default:
      return { kind: Kind.STRING, value, block: value.length > 3 && value.trim() === value && value.includes(' ') };
  }
}

/** The result of a function for each of its last arguments, kept. */
function remembered(compute) {
  const kept = new Map();
  return (schema, key = schema) => {
    if (!kept.has(key)) {
      kept.set(key, compute(schema, key));
    }
    return kept.get(key);
  };
}

const composites = remembered((schema) =>
  Object.values(schema.getTypeMap()).filter((type) => isCompositeType(type) && !type.name.startsWith('__')),
);

const relatives = remembered((schema, type) => {
  const possible = (one) => (isAbstractType(one) ? schema.getPossibleTypes(one) : [one]);
  return composites(schema).filter((other) => possible(other).some((object) => possible(type).includes(object)));
});

/** One request: a document and its variables. */
export class Maker {
  constructor(schema, samples, random) {
    this.schema = schema;
    this.samples = samples;
    this.random = random;
    this.composites = composites(schema);
  }

  /** The request with the text of its document; `fault` says what was done to it, undefined when it is meant to be valid. */
  request() {
    const random = this.random;
    this.definitions = [];
    this.variables = {};
    this.fragments = [];
    this.budget = 5 + random.below(40);
    const named = random.chance(0.5);
    const count = named && random.chance(0.25) ? 2 : 1;
    const operations = [];
    for (let index = 0; index < count; index += 1) {
      operations.push(this.operation(named ? `Q${index}` : undefined, index));
    }
    let document = { kind: Kind.DOCUMENT, definitions: [...operations, ...this.fragments.map(({ node }) => node)] };
    const operationName = named && (count > 1 || random.chance(0.5)) ? 'Q0' : undefined;
    let { variables } = this;
    let fault;
    if (random.chance(0.5)) {
      [fault, document, variables] = this.spoiled(document, variables);
    }
    let text = respelled(print(document), random);
    if (fault === undefined && random.chance(0.1)) {
      fault = 'a token';
      text = this.spoiledText(text);
    }
    return { query: text, variables, operationName, fault };
  }

  operation(called, index) {
    const random = this.random;
    const kinds = ['query', 'query', 'query', 'query', 'query', 'query', 'query', 'mutation', 'subscription'];
    // What runs is a query; what stands beside it may be anything.
    const operation = index === 0 ? 'query' : random.pick(kinds);
    this.declared = new Map();
    this.taking = index === 0 ? this.variables : {};
    // Fragments that are shared would have to fit the variables of both.
    this.first = this.fragments.length;
    const root = this.schema.getRootType(operation);
    const selectionSet = this.selections(root, 4, operation === 'subscription');
    const variableDefinitions = [...this.declared.values()];
    if (random.chance(0.05) && called !== undefined) {
      const description = { kind: Kind.STRING, value: 'What it asks.', block: random.chance(0.5) };
      return { kind: Kind.OPERATION_DEFINITION, description, operation, name: name(called), variableDefinitions, selectionSet };
    }
    return { kind: Kind.OPERATION_DEFINITION, operation, name: called && name(called), variableDefinitions, selectionSet };
  }

  /** Selections of a type: always what it is, but at the root of a subscription, and some of its fields. */
  selections(type, depth, single = false) {
    const random = this.random;
    const selections = [];
    if (!single) {
      selections.push({ kind: Kind.FIELD, alias: name(TYPE), name: name('__typename') });
    }
    const count = single ? 1 : 1 + random.below(4);
    for (let index = 0; index < count && (this.budget > 0 || selections.length === 0); index += 1) {
      this.budget -= 1;
      const roll = random.next();
      if (!single && roll < 0.15 && depth > 0) {
        selections.push(this.inline(type, depth));
      } else if (!single && roll < 0.25 && depth > 0) {
        selections.push(this.spread(type, depth));
      } else {
        const field = this.field(type, depth, single);
        selections.push(...(field === undefined ? [] : [field]));
      }
    }
    if (selections.length === 0) {
      selections.push({ kind: Kind.FIELD, name: name('__typename') });
    }
    return { kind: Kind.SELECTION_SET, selections };
  }

  /** A type of which an object of this type may be, too. */
  related(type) {
    return this.random.pick(relatives(this.schema, type));
  }

  inline(type, depth) {
    const on = this.random.chance(0.8) ? this.related(type) : undefined;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: on && { kind: Kind.NAMED_TYPE, name: name(on.name) },
      directives: this.conditions(),
      selectionSet: this.selections(on ?? type, depth - 1),
    };
  }

  spread(type, depth) {
    const random = this.random;
    const known = this.fragments.slice(this.first).filter(({ done, on }) => done && on === type);
    if (known.length > 0 && random.chance(0.5)) {
      return { kind: Kind.FRAGMENT_SPREAD, name: name(random.pick(known).node.name.value), directives: this.conditions() };
    }
    const on = this.related(type);
    const fragment = { on: type, done: false, node: undefined };
    const called = `F${this.fragments.length}`;
    this.fragments.push(fragment);
    fragment.node = {
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(called),
      description: random.chance(0.1) ? { kind: Kind.STRING, value: 'A part.' } : undefined,
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(on.name) },
      selectionSet: this.selections(on, depth - 1),
    };
    fragment.done = true;
    return { kind: Kind.FRAGMENT_SPREAD, name: name(called), directives: this.conditions() };
  }

  field(type, depth, isAlone = false) {
    const random = this.random;
    const fields = type.getFields === undefined ? [] : Object.values(type.getFields());
    const usable = fields.filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)));
    const isQuery = type === this.schema.getQueryType();
    if (usable.length === 0) {
      return undefined;
    }
    const field = random.pick(usable);
    const composite = isCompositeType(getNamedType(field.type));
    const given = field.args.filter((argument) => isRequiredArgument(argument) || random.chance(0.3));
    // Pages stay short, and one way round.
    const sized = field.args.some(({ name: called }) => called === 'first');
    const kept = given.filter(({ name: called }) => !['last', 'before', 'after', ...(sized ? ['first'] : [])].includes(called));
    const args = kept.map((argument) => this.argument(argument));
    if (sized) {
      args.push({ kind: Kind.ARGUMENT, name: name('first'), value: literal(field.args.find((one) => one.name === 'first').type, random.below(3)) });
    }
    return {
      kind: Kind.FIELD,
      // One name for fields with other arguments would be a conflict.
      alias: args.length > 0 || isQuery || random.chance(0.1) ? name(`f${random.below(1_000_000)}`) : undefined,
      name: name(field.name),
      arguments: args,
      directives: isAlone ? [] : this.conditions(),
      selectionSet: composite ? this.selections(getNamedType(field.type), depth - 1) : undefined,
    };
  }

  argument(argument) {
    return {
      kind: Kind.ARGUMENT,
      name: name(argument.name),
      value: this.written(argument.type, argument.name, argument.defaultValue !== undefined, 3),
    };
  }

  conditions() {
    const random = this.random;
    if (!random.chance(0.05)) {
      return [];
    }
    const type = this.schema.getDirective('skip').args[0].type;
    const directive = (called) => ({
      kind: Kind.DIRECTIVE,
      name: name(called),
      arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value: this.written(type, 'if', false, 1) }],
    });
    return random.chance(0.2) ? [directive('skip'), directive('include')] : [directive(random.pick(['skip', 'include']))];
  }

  /** A value where a type is expected: written out, by a variable, or with variables inside. */
  written(type, called, hasDefault, depth) {
    const random = this.random;
    if (random.chance(0.25)) {
      return this.byVariable(type, called, hasDefault, depth);
    }
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isInputObjectType(inner) && depth > 0 && random.chance(0.7)) {
      const fields = this.inputFields(inner).map((field) => {
        const fieldHasDefault = field.defaultValue !== undefined;
        const fieldType = inner.isOneOf && !isNonNullType(field.type) ? field.type : field.type;
        const value = inner.isOneOf
          ? this.filled(fieldType, field.name, depth - 1)
          : this.written(fieldType, field.name, fieldHasDefault, depth - 1);
        return { kind: Kind.OBJECT_FIELD, name: name(field.name), value };
      });
      return { kind: Kind.OBJECT, fields };
    }
    if (isListType(inner) && random.chance(0.5)) {
      const values = Array.from({ length: random.below(3) }, () => this.written(inner.ofType, called, false, depth - 1));
      return { kind: Kind.LIST, values };
    }
    return literal(type, this.value(type, called, depth));
  }

  /** A value that is not null, as a oneOf input takes it. */
  filled(type, called, depth) {
    const value = this.value(type, called, depth, false);
    return literal(type, value);
  }

  byVariable(type, called, hasDefault, depth) {
    const random = this.random;
    const strict = isNonNullType(type);
    const id = `v${this.declared.size}`;
    let declared = typeNode(type);
    let defaultValue;
    let optional = !strict;
    if (strict && random.chance(0.3)) {
      // A default of its own, or one of the place, makes up for it.
      declared = declared.type;
      optional = true;
      if (!hasDefault || random.chance(0.5)) {
        defaultValue = literal(type, this.value(type, called, depth));
      }
    } else if (!strict && random.chance(0.3)) {
      declared = { kind: Kind.NON_NULL_TYPE, type: declared };
      optional = false;
    } else if (random.chance(0.2)) {
      defaultValue = literal(type, this.value(type, called, depth));
      optional = true;
    }
    const description = random.chance(0.1) ? { kind: Kind.STRING, value: 'Any.' } : undefined;
    this.declared.set(id, { kind: Kind.VARIABLE_DEFINITION, description, variable: variable(id), type: declared, defaultValue });
    if (!optional || random.chance(0.6)) {
      const inner = strict || !optional ? (isNonNullType(type) ? type.ofType : type) : type;
      this.taking[id] = this.value(inner, called, depth, optional && !strict);
    }
    return variable(id);
  }

  inputFields(type) {
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      return [this.random.pick(fields)];
    }
    return fields.filter((field) => isRequiredInputField(field) || this.random.chance(0.25));
  }

  /** A JSON value of the type. */
  value(type, called, depth, nullable = true) {
    const random = this.random;
    if (isNonNullType(type)) {
      return this.value(type.ofType, called, depth, false);
    }
    if (nullable && random.chance(0.1)) {
      return null;
    }
    if (isListType(type)) {
      return random.chance(0.2)
        ? this.value(type.ofType, called, depth - 1, false)
        : Array.from({ length: random.below(3) }, () => this.value(type.ofType, called, depth - 1));
    }
    if (isInputObjectType(type)) {
      const fields = depth > -3 || type.isOneOf ? this.inputFields(type) : Object.values(type.getFields()).filter(isRequiredInputField);
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type, field.name, depth - 1, !type.isOneOf)]));
    }
    if (isEnumType(type)) {
      return random.pick(type.getValues()).name;
    }
    return this.scalar(type.name);
  }

  scalar(type) {
    const random = this.random;
    switch (type) {
      case 'Int':
        return random.below(4);
      case 'Float':
        return random.pick([0, 1, 12.5, 51, 100, -1.5]);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.pick([...this.samples, 7, 'nobody']);
      case 'Date':
        return random.pick(['2014-11-28', '2001-01-01']);
      case 'PartialDate':
        return random.pick(['2013', '2014-11', '2014-11-25']);
      case 'DateTime':
        return '2026-11-22T00:00:00Z';
      case 'JSON':
        return 'any';
      default:
        return random.pick(['pay', 'CN', 'a "quoted" text', 'é 漢字 😀', '', 'two  words']);
    }
  }

  /** The document with one fault, most likely; what was done, the document, and the variables. */
  spoiled(document, variables) {
    const random = this.random;
    const [what, spoil] = random.pick(FAULTS);
    if (what.startsWith('variables')) {
      return [what, document, spoil(this, variables)];
    }
    // The place is drawn among all that are of the kind.
    const kinds = Array.isArray(spoil.kind) ? spoil.kind : [spoil.kind];
    const places = [];
    visit(document, {
      enter(node) {
        if (kinds.includes(node.kind) && node.alias?.value !== TYPE) {
          places.push(node);
        }
      },
    });
    if (places.length === 0) {
      return [undefined, document, variables];
    }
    const place = random.pick(places);
    const changed = visit(document, { enter: (node) => (node === place ? spoil.change(this, node) : undefined) });
    return [what, changed, variables];
  }

  spoiledText(text) {
    const random = this.random;
    const tokens = tokensOf(text);
    const at = random.below(tokens.length);
    const source = (token) => text.slice(token.start, token.end);
    const rest = tokens.map(source);
    switch (random.below(4)) {
      case 0:
        rest.splice(at, 1);
        break;
      case 1:
        rest.splice(at, 0, random.pick(['{', '}', '(', ')', ':', '!', '$', '@', '...', '[', ']', '=', '|', '&', 'on', '1', '""', '"""x"""', '?', '.', '-', '01', '1.', '"\\q"', '"\\uD800"', '$x', '#']));
        break;
      case 2:
        rest[at] = rest[random.below(rest.length)];
        break;
      default:
        rest.length = at;
    }
    return rest.join(' ');
  }
}

function tokensOf(text) {
  const lexer = new Lexer(new Source(text));
  const tokens = [];
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens.push(token);
  }
  return tokens;
}

/** The same tokens, with other things between them that say nothing, and strings in other spellings. */
function respelled(text, random) {
  const gap = (between) => {
    if (!random.chance(0.1)) {
      return between || (random.chance(0.05) ? ' ' : '');
    }
    return between + random.pick([' ', ',', '\n', '\r\n', '\r', '\t', '\ufeff', ' # {"é\n', ' #\r', ',,,']);
  };
  let end = 0;
  let written = '';
  for (const token of tokensOf(text)) {
    written += gap(text.slice(end, token.start));
    written += token.kind === TokenKind.STRING && random.chance(0.3) ? escaped(token.value, random) : text.slice(token.start, token.end);
    end = token.end;
  }
  return written + gap('');
}

/** A string with its characters escaped one way or another. */
function escaped(value, random) {
  const unit = (code) => `\\u${code.toString(16).padStart(4, '0')}`;
  const characters = [...value].map((character) => {
    const code = character.codePointAt(0);
    const plain = JSON.stringify(character).slice(1, -1);
    const units = Array.from({ length: character.length }, (_, index) => unit(character.charCodeAt(index))).join('');
    return random.pick([plain, plain, units, `\\u{${code.toString(16)}}`]);
  });
  return `"${characters.join('')}"`;
}
