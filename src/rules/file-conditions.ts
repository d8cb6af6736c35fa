import { conditionOf } from './conditions/catalog.ts';
import { fieldPath } from './rule.ts';
import type { ConditionTree } from './tree.ts';

type Path = (string | number)[];
type Fail = (path: string, message: string) => Error;

const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** Turns the short forms of a rules file into a condition tree. What it can't place is refused with its path. */
export class ConditionReader {
  readonly #fail: Fail;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  read(value: unknown, path: Path): ConditionTree {
    if (value === 'anything') return { op: 'and', children: [] };
    if (!isRecord(value)) {
      throw this.#error(path, 'must be a condition such as { sender_domain = "example.com" }, or "anything"');
    }
    if ('op' in value || 'type' in value) return value as unknown as ConditionTree;
    const groups = this.#groups(value, path);
    const leaf = this.#leaf(value, path);
    const parts = leaf ? [leaf, ...groups] : groups;
    const [only] = parts;
    if (!only) throw this.#error(path, 'is empty; write "anything" for a rule that matches every message');
    return parts.length === 1 ? only : { op: 'and', children: parts };
  }

  #groups(value: Record<string, unknown>, path: Path): ConditionTree[] {
    const groups: ConditionTree[] = [];
    if ('all' in value) groups.push({ op: 'and', children: this.#list(value.all, [...path, 'all']) });
    if ('any' in value) groups.push({ op: 'or', children: this.#list(value.any, [...path, 'any']) });
    if ('not' in value) groups.push({ op: 'not', children: [this.read(value.not, [...path, 'not'])] });
    return groups;
  }

  #list(value: unknown, path: Path): ConditionTree[] {
    if (!Array.isArray(value) || value.length === 0) throw this.#error(path, 'must be a list of conditions');
    return value.map((item, i) => this.read(item, [...path, i]));
  }

  /** `{ sender_domain = "x", include_subdomains = true }`: one key names the condition, the others are its options. */
  #leaf(value: Record<string, unknown>, path: Path): ConditionTree | null {
    const keys = Object.keys(value).filter((k) => k !== 'all' && k !== 'any' && k !== 'not');
    if (keys.length === 0) return null;
    const types = keys.filter((k) => conditionOf(k));
    const [type] = types;
    if (type === undefined)
      throw this.#error([...path, keys[0] ?? ''], 'is no condition, and none of all, any, not');
    if (types.length > 1) {
      throw this.#error(
        path,
        `holds ${types.join(' and ')}: put several conditions into all = [...] or any = [...]`,
      );
    }
    const options = Object.fromEntries(keys.filter((k) => k !== type).map((k) => [k, value[k]]));
    return { type, value: value[type], ...options };
  }

  #error(path: Path, message: string): Error {
    return this.#fail(fieldPath(path), message);
  }
}
