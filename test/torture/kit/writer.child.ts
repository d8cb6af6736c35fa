// Writes what it is told into a table `things`, a row an order. Argument: the database.
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import { onOrder, tell } from './orders.ts';

const [, , url = ''] = process.argv;
const db = await openDatabase({ url, clock: systemClock, random: systemRandom });

onOrder((order) => {
  db.write((tx) => tx.run('insert into things (what) values ($1)', [String(order)])).then(() =>
    tell('written'),
  );
});
