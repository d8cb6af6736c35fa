/**
 * `$1` is a name in SQLite. Where the places come in order, each once, they become plain `?`: numbered ones have names
 * too, and looking those up takes time that grows with the square of their number. Elsewhere they become `?1`.
 */
export const sqlitePlaces = (sql: string): string => {
  let next = 1;
  const inOrder = [...sql.matchAll(/\$(\d+)/g)].every((m) => Number(m[1]) === next++);
  return sql.replace(/\$(\d+)/g, inOrder ? '?' : '?$1');
};
