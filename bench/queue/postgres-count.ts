import pg from 'pg';

/** One number from a database, on a connection of its own that is made when it is first asked. */
export const countOn = (url: string, sql: string) => {
  let client: pg.Client | undefined;
  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  return {
    count: async (): Promise<number> =>
      Number((await (await connected()).query<{ n: string }>(sql)).rows[0]?.n),
    close: async (): Promise<void> => client?.end(),
  };
};
