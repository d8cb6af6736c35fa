import type { Db, SingleStatement } from './db.ts';

/**
 * A write of one statement, which needs no transaction around it where that would cost a round trip. Where its fate stays
 * unknown it rejects with an unknown commit, and is not sent again.
 */
export const writeOne = <Row>(db: Db, one: SingleStatement): Promise<Row[]> =>
  db.single
    ? db.single<Row>(one)
    : db.write(async (tx) => {
        const rows = await tx.all<Row>(one.sql, one.params);
        if (one.afterCommit) tx.afterCommit(one.afterCommit);
        return rows;
      });
