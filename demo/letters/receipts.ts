import { fullDate } from './dates.ts';
import { pdf } from './files.ts';
import { type Letter, type Person, service } from './letter.ts';
import { escapeHtml, page } from './page.ts';

/** Amounts are integer pence. */
type Item = [what: string, pence: number];

interface Shop {
  who: Person;
  color: string;
  /** The subject, given the order number and the total. */
  subject: (order: string, total: string) => string;
  thanks: string;
  invoice?: boolean;
}

const shop = (
  name: string,
  address: string,
  color: string,
  subject: Shop['subject'],
  thanks: string,
  invoice = false,
): Shop => ({
  who: service(name, address),
  color,
  subject,
  thanks,
  invoice,
});

const gbp = (pence: number): string => `£${(pence / 100).toFixed(2)}`;

const ironmonger = shop(
  'Bolt & Daughters',
  'orders@bolt-and-daughters.example',
  '#495057',
  (o) => `Your receipt for order ${o}`,
  'Thank you for buying things that last.',
);
const books = shop(
  'Dog-Eared Books',
  'shop@dog-eared.example',
  '#7f4f24',
  (o, t) => `Order ${o} confirmed: ${t}`,
  'Read well. Return nothing to the shelf out of order.',
);
const rail = shop(
  'Coastline Trains',
  'tickets@coastline-trains.example',
  '#005f73',
  (o) => `Your e-ticket and receipt, booking ${o}`,
  'Please have this message or the code ready when asked.',
);
const cafe = shop(
  'Kettle & Crumb',
  'till@kettle-and-crumb.example',
  '#9c6644',
  (_o, t) => `You paid ${t} at Kettle & Crumb`,
  'See you tomorrow, probably.',
);
const power = shop(
  'Brightwater Energy',
  'billing@brightwater-energy.example',
  '#2a9d8f',
  (o) => `Your energy bill is ready (${o})`,
  'We collect this by direct debit; there is nothing to do.',
  true,
);
const phone = shop(
  'Heron Mobile',
  'accounts@heron-mobile.example',
  '#3a0ca3',
  (o, t) => `Invoice ${o} for ${t}`,
  'Paid automatically from your card ending 4471.',
  true,
);
const cloud = shop(
  'Cumulus Hosting',
  'invoices@cumulus-hosting.example',
  '#1d3557',
  (o) => `Invoice ${o} from Cumulus Hosting`,
  'Paid. A PDF is attached for your records.',
  true,
);
const bikes = shop(
  'Second Gear Cycles',
  'workshop@second-gear.example',
  '#bc3908',
  (o) => `Receipt for your bicycle service, job ${o}`,
  'It no longer makes the noise. Call us if it makes another.',
);
const toys = shop(
  'The Wooden Whale',
  'hello@wooden-whale.example',
  '#2b9348',
  (o) => `We have your order! (${o})`,
  'Packed by hand, mostly by Ilse.',
);
const groceries = shop(
  'Fennel & Co',
  'receipts@fennel-and-co.example',
  '#386641',
  (o, t) => `Receipt ${o}, total ${t}`,
  'Substitutions are marked with an asterisk.',
);

const RECEIPTS: [shop: Shop, day: number, time: string, order: string, items: Item[]][] = [
  [
    ironmonger,
    -29,
    '16:12',
    'BD-20117',
    [
      ['Hinges, brass, pair', 1150],
      ['Screws no. 8, box', 420],
    ],
  ],
  [
    cafe,
    -28,
    '08:14',
    'T-5518',
    [
      ['Flat white', 340],
      ['Cheese scone', 290],
    ],
  ],
  [
    groceries,
    -27,
    '18:05',
    'FC-88120',
    [
      ['Weekly shop, 31 items', 8426],
      ['Delivery', 250],
    ],
  ],
  [
    books,
    -26,
    '20:48',
    'DE-4410',
    [
      ['The Sea Around Nobody', 1099],
      ['Knots for the Nervous', 850],
    ],
  ],
  [rail, -25, '09:03', 'KXQ7RT', [['Wexcombe to Portwick return, 1 adult', 2840]]],
  [
    power,
    -24,
    '06:30',
    'BW-7731902',
    [
      ['Electricity 214 kWh', 5992],
      ['Gas 388 kWh', 2716],
      ['Standing charge', 1583],
    ],
  ],
  [cafe, -23, '08:09', 'T-5574', [['Flat white', 340]]],
  [
    toys,
    -22,
    '21:17',
    'WW-3319',
    [
      ['Tugboat, large', 2600],
      ['Replacement wheel, the usual one', 150],
    ],
  ],
  [
    cloud,
    -21,
    '03:00',
    'CH-2025-12-0419',
    [
      ['Small server, one month', 640],
      ['Backups', 180],
    ],
  ],
  [
    groceries,
    -20,
    '18:11',
    'FC-88734',
    [
      ['Weekly shop, 28 items', 7691],
      ['Delivery', 250],
    ],
  ],
  [
    bikes,
    -19,
    '15:30',
    '1186',
    [
      ['Annual service', 5500],
      ['Brake pads', 1400],
      ['Mystery noise, removal of', 0],
    ],
  ],
  [phone, -18, '02:10', 'HM-906113', [['SIM only, unlimited texts nobody sends', 1200]]],
  [ironmonger, -17, '11:25', 'BD-20302', [['Spirit level, 60 cm', 1899]]],
  [
    rail,
    -16,
    '07:20',
    'MZP2LD',
    [
      ['Wexcombe to Northsound single, 1 adult', 4110],
      ['Bicycle reservation', 0],
    ],
  ],
  [
    books,
    -15,
    '22:02',
    'DE-4467',
    [
      ['A Field Guide to Fog', 1600],
      ['Gift wrap', 200],
    ],
  ],
  [
    cafe,
    -14,
    '08:17',
    'T-5633',
    [
      ['Flat white', 340],
      ['Flat white (for Hanna)', 340],
    ],
  ],
  [
    groceries,
    -13,
    '18:02',
    'FC-89315',
    [
      ['Weekly shop, 35 items', 9102],
      ['Delivery', 250],
    ],
  ],
  [toys, -12, '20:20', 'WW-3358', [['Marble run extension, curves', 1850]]],
  [ironmonger, -11, '10:44', 'BD-20415', [['Fender ring, galvanised, 200 mm', 3275]]],
  [bikes, -9, '12:05', '1203', [['Inner tube, twice', 1200]]],
  [
    rail,
    -8,
    '17:33',
    'RTV9AA',
    [
      ['Wexcombe to Portwick return, 2 adults 2 children', 5580],
      ['Family discount', -1395],
    ],
  ],
  [
    groceries,
    -6,
    '18:09',
    'FC-89902',
    [
      ['Weekly shop, 26 items', 7040],
      ['Delivery', 250],
    ],
  ],
  [books, -5, '19:55', 'DE-4502', [['Long Division and Other Adventures', 725]]],
  [
    cafe,
    -4,
    '08:11',
    'T-5702',
    [
      ['Flat white', 340],
      ['Cinnamon knot', 310],
    ],
  ],
  [phone, -3, '02:10', 'HM-911870', [['Roaming day pass, by accident', 299]]],
  [
    toys,
    -3,
    '20:41',
    'WW-3391',
    [
      ['Digger, small, yellow', 950],
      ['Digger, small, other yellow', 950],
    ],
  ],
  [
    cloud,
    -2,
    '03:00',
    'CH-2026-01-0425',
    [
      ['Small server, one month', 640],
      ['Backups', 180],
      ['Static address', 90],
    ],
  ],
  [
    ironmonger,
    -1,
    '12:31',
    'BD-20533',
    [
      ['Lightbulb, small screw cap, pack of 4', 980],
      ['Batteries, for the thing that beeps', 560],
    ],
  ],
];

const receipt = ([s, day, time, order, items]: (typeof RECEIPTS)[number]): Letter => {
  const total = gbp(items.reduce((sum, [, pence]) => sum + pence, 0));
  const lines = items.map(([what, pence]) => `${what.padEnd(52)} ${gbp(pence).padStart(9)}`);
  const rows = items.map(
    ([what, pence]) =>
      `<tr><td style="padding:5px 0">${escapeHtml(what)}</td><td align="right">${gbp(pence)}</td></tr>`,
  );
  const number = s.invoice ? 'Invoice number' : 'Order number';
  return {
    from: s.who,
    day,
    time,
    subject: s.subject(order, total),
    text: `Hello Robin,\n\n${number}: ${order}\nDate: ${fullDate(day)}\n\n${lines.map((l) => ` ${l}`).join('\n')}\n ${'Total'.padEnd(52)} ${total.padStart(9)}\n\n${s.thanks}\n\n${s.who.name}`,
    html: page({
      brand: s.who.name,
      color: s.color,
      preheader: `${number} ${order}, total ${total}`,
      heading: s.invoice ? 'Your invoice' : 'Thank you, Robin',
      blocks: [
        { html: `<p>${number}: <b>${order}</b><br>Date: ${fullDate(day)}</p>` },
        {
          html: `<table width="100%" cellpadding="0" cellspacing="0">${rows.join('')}<tr><td style="border-top:1px solid #ccc;padding-top:8px"><b>Total</b></td><td align="right" style="border-top:1px solid #ccc;padding-top:8px"><b>${total}</b></td></tr></table>`,
        },
        { html: `<p>${escapeHtml(s.thanks)}</p>` },
      ],
      footer: `${escapeHtml(s.who.name)}. This message was sent to robin@hale.example about a purchase.`,
    }),
    ...(s.invoice
      ? {
          files: [
            pdf(`${order}.pdf`, [
              s.who.name,
              `Invoice ${order}`,
              ...items.map(([what, p]) => `${what}   GBP ${(p / 100).toFixed(2)}`),
              `Total GBP ${total.slice(1)}`,
            ]),
          ],
        }
      : {}),
    read: day < -6,
  };
};

/** Val's invoice comes by hand, as a plain letter with a PDF. */
const plumberInvoice = (): Letter => ({
  from: service('Val Hartley', 'accounts@hartley-plumbing.example'),
  day: -3,
  time: '17:20',
  subject: 'Invoice 0932: boiler fan, parts and labour',
  text: `Dear Robin,

Attached is the invoice for the boiler: fan £118.00, one hour £55.00, together £173.00. Payable within 14 days, please use 0932 as the reference.

If it says E9 again, it is not the fan.

Val`,
  files: [
    pdf('invoice-0932.pdf', [
      'Hartley & Daughter, plumbing and heating',
      'Invoice 0932',
      'Fan unit   GBP 118.00',
      'Labour, 1 hour   GBP 55.00',
      'Total   GBP 173.00',
    ]),
  ],
});

export const receipts = (): Letter[] => [...RECEIPTS.map(receipt), plumberInvoice()];
