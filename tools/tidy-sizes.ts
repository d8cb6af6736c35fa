import ts from 'typescript';
import { DATA_FOLDERS, MAX_FILE_LINES, MAX_FUNCTION_LINES } from './house.ts';
import { lineOf, type Source, type Violation, walk } from './tidy-source.ts';

const lineCount = (text: string): number => text.replace(/\n$/, '').split('\n').length;

const nameOf = (node: ts.SignatureDeclaration): string => {
  if (node.name && ts.isIdentifier(node.name)) return node.name.text;
  const parent = node.parent;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : 'a function';
};

/** The walls on the length of files and functions. Test files hold many small cases in one callback, so only their length counts. */
export const sizeViolations = (source: Source): Violation[] => {
  const found: Violation[] = [];
  const lines = lineCount(source.text);
  if (lines > MAX_FILE_LINES) {
    const what = `${lines} lines; the wall is ${MAX_FILE_LINES}`;
    found.push({
      file: source.path,
      line: 1,
      rule: 'size',
      what,
      mend: 'Split it by what its parts are for.',
    });
  }
  if (source.isTest || Object.keys(DATA_FOLDERS).some((folder) => source.path.startsWith(folder)))
    return found;
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const first = lineOf(source, node);
    const last = source.ast.getLineAndCharacterOfPosition(node.end).line + 1;
    const length = last - first + 1;
    if (length <= MAX_FUNCTION_LINES) return;
    const what = `${nameOf(node)} has ${length} lines; the wall is ${MAX_FUNCTION_LINES}`;
    found.push({
      file: source.path,
      line: first,
      rule: 'size',
      what,
      mend: 'Push ifs up, loops down, and name the parts.',
    });
  });
  return found;
};
