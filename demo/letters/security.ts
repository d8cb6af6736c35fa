import { dayName, fullDate } from './dates.ts';
import { pdf } from './files.ts';
import { type Letter, service } from './letter.ts';
import { escapeHtml, page } from './page.ts';

const bank = service('Harbour Mutual Bank', 'alerts@harbour-mutual.example');
const forge = service('Codeforge', 'security@codeforge.example');
const perch = service('Perch', 'security@perch-social.example');
const post = service('Hale Mail Hosting', 'security@mail-hosting.example');
const vault = service('Keyring', 'no-reply@keyring-vault.example');

type Alert = [who: typeof bank, day: number, time: string, subject: string, text: string, starred?: boolean];

const ALERTS: Alert[] = [
  [
    bank,
    -28,
    '07:00',
    'Your statement is ready',
    'Your monthly statement for the account ending 2207 can be read in the app. We never attach statements to mail.',
  ],
  [
    forge,
    -25,
    '08:44',
    'New sign-in from Firefox on Linux',
    'Wexcombe, 08:43. If this was you, there is nothing to do.',
  ],
  [
    bank,
    -23,
    '13:05',
    'Card payment above your alert limit: £173.00',
    'Second Gear Cycles, card ending 4471. You asked to be told about payments above £100.',
  ],
  [
    vault,
    -19,
    '21:12',
    'A passkey was added to your account',
    'Name: "Robin\'s phone". If you did not add it, remove it and change your password.',
  ],
  [
    perch,
    -16,
    '19:30',
    'Password reset requested',
    'Someone asked to reset the password of @robinhale. The link works for 30 minutes. If it was not you, ignore this; your password stays as it is.',
  ],
  [
    bank,
    -2,
    '17:58',
    'New payee added: Hartley & Daughter',
    'You added a payee in the app. For your safety, the first payment is limited to £500.',
  ],
  [
    post,
    -11,
    '03:18',
    'New sign-in from an unknown device',
    'Tromsø, Norway, 03:17. Password was correct, second factor was not. We refused it. Please change your password.',
    true,
  ],
  [
    post,
    -11,
    '07:02',
    'Your password was changed',
    'Changed from Wexcombe. All other sessions were signed out.',
  ],
  [
    forge,
    -9,
    '10:51',
    'A personal access token will expire soon',
    `The token "laptop-2024" expires on ${dayName(5)}. It was last used 212 days ago; you may not need it.`,
  ],
  [
    bank,
    -5,
    '12:00',
    'Direct debit to Brightwater Energy',
    '£102.91 will leave your account in three working days.',
  ],
  [
    vault,
    -3,
    '06:20',
    'One of your passwords appears in a known leak',
    'Site: chalk-and-rope.example. Change it there, and wherever you have used it again.',
    true,
  ],
  [
    bank,
    -1,
    '16:45',
    'Your card ending 4471 expires next month',
    'A new card is on its way to your address. The PIN stays the same.',
  ],
];

const CODES: [who: typeof bank, day: number, time: string, subject: string, code: string][] = [
  [bank, -27, '12:30', 'Your one-time code for Harbour Mutual', '481 093'],
  [forge, -25, '08:43', '902117 is your Codeforge verification code', '902117'],
  [vault, -19, '21:10', 'Keyring: your one-time code', 'K7-220-518'],
  [post, -11, '07:01', 'One-time code for changing your password', '660 412'],
  [bank, -2, '18:02', 'Your one-time code to pay Hartley & Daughter', '137 702'],
  [perch, -2, '22:15', 'Your Perch verification code is 55820', '55820'],
  [forge, 0, '09:12', '418806 is your Codeforge verification code', '418806'],
];

const alertLetter = ([from, day, time, subject, text, starred]: Alert): Letter => ({
  from,
  day,
  time,
  subject,
  text: `Hello Robin,\n\n${text}\n\n${from.name}\nWe never ask for your password.`,
  html: page({
    brand: from.name,
    color: '#14213d',
    preheader: text,
    heading: subject,
    blocks: [{ html: `<p>Hello Robin,</p><p>${escapeHtml(text)}</p>` }],
    footer: `${fullDate(day)}, ${time}. We never ask for your password.`,
  }),
  read: day < -6,
  ...(starred ? { starred } : {}),
});

const codeLetter = ([from, day, time, subject, code]: (typeof CODES)[number]): Letter => ({
  from,
  day,
  time,
  subject,
  text: `Your code is ${code}.\n\nIt works once, for ten minutes. Nobody from ${from.name} will ever ask you for it.`,
  headers: [['Auto-Submitted', 'auto-generated']],
  read: day < -1,
});

const travel = (): Letter[] => {
  const rail = service('Coastline Trains', 'bookings@coastline-trains.example');
  const ferry = service('Northsound Ferries', 'reservations@northsound-ferries.example');
  const hotel = service('Hotel Zum Anker', 'rezeption@zum-anker.example');
  const air = service('Kittiwake Air', 'checkin@kittiwake-air.example');
  return [
    {
      from: rail,
      day: -14,
      time: '19:22',
      subject: `Booking confirmed: Wexcombe to Portwick, ${dayName(20)}`,
      text: `Booking reference: QW8LKD\n\n${dayName(20)}\n07:14 Wexcombe\n09:51 Portwick, platform to be announced with theatrical delay\n\nCoach C, seat 41 (window, table). Your ticket is attached.`,
      files: [
        pdf('ticket-QW8LKD.pdf', ['Coastline Trains', 'Wexcombe - Portwick', 'Coach C seat 41', 'QW8LKD']),
      ],
    },
    {
      from: ferry,
      day: -13,
      time: '11:08',
      subject: 'Your sailing to Isbister: reservation NS-40817',
      text: `Reservation NS-40817\n\nOutward: ${dayName(33)}, 07:15, be at the berth by 06:45\nReturn: ${dayName(35)}, 18:30\n1 adult, 1 bicycle, 1 box marked "fragile, mostly"\n\nBoarding card attached.`,
      files: [pdf('boarding-NS-40817.pdf', ['Northsound Ferries', 'Boarding card', 'NS-40817'])],
      starred: true,
    },
    {
      from: hotel,
      day: -12,
      time: '14:40',
      subject: 'Booking confirmed: Hotel Zum Anker, Hamburg',
      text: `Dear Robin Hale,\n\nWe look forward to welcoming you from ${dayName(41)} to ${dayName(44)}: one single room, breakfast included, 3 nights at 94 EUR.\n\nFree cancellation until ${dayName(39)}. The lift is older than all of us and should be addressed politely.`,
    },
    {
      from: air,
      day: -12,
      time: '15:15',
      subject: `Your itinerary, Wexcombe to Hamburg, ${dayName(41)}`,
      text: `Booking reference: KW3PUF\n\n${dayName(41)}  KW 118  Wexcombe 09:25 - Hamburg 12:10\n${dayName(44)}  KW 119  Hamburg 18:05 - Wexcombe 18:55\n\nOne cabin bag. Check-in opens 30 hours before departure.`,
      files: [pdf('itinerary-KW3PUF.pdf', ['Kittiwake Air', 'KW 118 / KW 119', 'Passenger: HALE/ROBIN'])],
    },
    {
      from: ferry,
      day: -5,
      time: '16:00',
      subject: 'Change to your sailing NS-40817: now 07:40',
      text: `The outward sailing on ${dayName(33)} leaves at 07:40 instead of 07:15, because of the tide. You of all people will understand.\n\nNothing else changes.`,
    },
    {
      from: air,
      day: -1,
      time: '06:10',
      subject: 'Seats: choose yours before somebody choir-sized does',
      text: `Flight KW 118 on ${dayName(41)} is filling up. Row 4 is by the propeller; row 9 is by the kettle.\n\nChoose in the app with KW3PUF.`,
    },
  ].map((l) => ({ ...l, read: l.day < -8 }));
};

export const security = (): Letter[] => [...ALERTS.map(alertLetter), ...CODES.map(codeLetter), ...travel()];
