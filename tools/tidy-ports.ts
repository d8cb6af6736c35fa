import ts from 'typescript';
import { PORT_HOMES, type Port } from './house.ts';
import { lineOf, type Source, type Violation, walk } from './tidy-source.ts';

const MEND: Record<Port, string> = {
  clock: 'Take a Clock (#std/clock.ts) as an argument, or use #std/time.ts.',
  random: 'Take a Random (#std/random.ts) or NewId (#std/ids.ts) as an argument.',
  env: 'Read it in config/ and pass the setting on.',
  console: 'Return the text to cli/, or write a log line through telemetry.',
};

/** `object.member`, wherever the object itself comes from. */
const MEMBERS: readonly [Port, object: string, member: RegExp][] = [
  ['clock', 'Date', /^now$/],
  ['clock', 'performance', /^(now|timeOrigin)$/],
  ['clock', 'process', /^hrtime$/],
  ['clock', 'AbortSignal', /^timeout$/],
  ['random', 'Math', /^random$/],
  ['random', 'crypto', /^(random.*|getRandomValues)$/],
  ['env', 'process', /^env$/],
  ['console', 'process', /^(stdout|stderr)$/],
];

const TIMERS = new Set(['setTimeout', 'setInterval']);

const MODULES: readonly [Port, module: RegExp, name: RegExp][] = [
  ['clock', /^(node:)?timers(\/promises)?$/, /./],
  ['clock', /^(node:)?perf_hooks$/, /^performance$/],
  ['random', /^(node:)?crypto$/, /^random/],
  ['env', /^(node:)?process$/, /^env$/],
];

const lastName = (node: ts.Expression): string => {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : '';
};

const portOfMember = (object: string, member: string): Port | undefined =>
  MEMBERS.find(([, name, pattern]) => name === object && pattern.test(member))?.[0];

const portOfImport = (node: ts.ImportDeclaration): Port | undefined => {
  if (!ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const from = node.moduleSpecifier.text;
  const bindings = node.importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return undefined;
  const names = bindings.elements.map((one) => (one.propertyName ?? one.name).text);
  return MODULES.find(([, module, name]) => module.test(from) && names.some((one) => name.test(one)))?.[0];
};

/** A name that is only a key, a parameter or a member of something else is not the global of that name. */
const isGlobalUse = (node: ts.Identifier): boolean => {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeOfExpression(parent) || ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  return (
    !('name' in parent && parent.name === node) && !('propertyName' in parent && parent.propertyName === node)
  );
};

const portOfNode = (node: ts.Node, isTest: boolean): Port | undefined => {
  if (ts.isImportDeclaration(node)) return portOfImport(node);
  if (ts.isPropertyAccessExpression(node)) return portOfMember(lastName(node.expression), node.name.text);
  if (ts.isNewExpression(node) && lastName(node.expression) === 'Date') {
    // A test may spell out a date; elsewhere #std/time.ts turns text and milliseconds into each other.
    return isTest && node.arguments?.length ? undefined : 'clock';
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date')
    return 'clock';
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name)) {
    const object = lastName(node.initializer);
    const taken = node.name.elements.map((one) => (one.propertyName ?? one.name).getText());
    return taken.map((name) => portOfMember(object, name)).find((port) => port !== undefined);
  }
  if (ts.isIdentifier(node) && isGlobalUse(node)) {
    if (TIMERS.has(node.text)) return 'clock';
    if (node.text === 'console') return 'console';
  }
  return undefined;
};

const isHome = (source: Source, port: Port): boolean =>
  PORT_HOMES.some(
    (home) =>
      home.port === port &&
      (home.at.endsWith('/') ? source.inSrc.startsWith(home.at) : source.inSrc === home.at),
  );

/** Time, randomness, the environment and the console only where `PORT_HOMES` says. */
export const portViolations = (source: Source): Violation[] => {
  if (!source.inSrc) return [];
  const found: Violation[] = [];
  walk(source, (node) => {
    const port = portOfNode(node, source.isTest);
    if (!port || isHome(source, port)) return;
    // Which database binaries and servers a test may use is told by the environment.
    if (source.isTest && port === 'env') return;
    const what = node.getText(source.ast).split('\n')[0]?.slice(0, 60) ?? '';
    found.push({
      file: source.path,
      line: lineOf(source, node),
      rule: `${port}-home`,
      what: `\`${what}\``,
      mend: MEND[port],
    });
  });
  return found;
};
