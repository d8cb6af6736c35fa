import { dottedDate, headerDate, moment } from './dates.ts';
import { type Letter, robin, service } from './letter.ts';
import { bram, elise, george, katrin, tobias } from './people.ts';

const daemon = (domain: string) => service('Mail Delivery System', `mailer-daemon@${domain}`);

/** Address, day, time, what the other server said (RFC 3463 status), and the subject that came back. */
const BOUNCES: [to: string, day: number, time: string, status: string, said: string, subject: string][] = [
  [
    'secretary@wexcombe-rowing.example',
    -24,
    '19:03',
    '5.1.1',
    '550 5.1.1 No such user here',
    'Borrowing the big trailer',
  ],
  [
    'orders@old-lamp-shop.test',
    -15,
    '08:31',
    '5.4.4',
    '550 5.4.4 Host not found',
    "Glass for a ship's lantern",
  ],
  [
    'anneke@small-machines.example',
    -8,
    '12:44',
    '5.2.2',
    '552 5.2.2 Mailbox full',
    'Talk on clocks: one more question',
  ],
  [
    'h.okonkwo@portwick-council.example',
    -3,
    '10:09',
    '5.7.1',
    '550 5.7.1 Message too large',
    'Drawings of the north mole (9 attachments, sorry)',
  ],
  [
    'tide-tables@hydro-office.example',
    -1,
    '15:27',
    '4.4.1',
    '451 4.4.1 Connection timed out, will retry',
    'Corrections for gauge 7',
  ],
];

const bounce = ([to, day, time, status, said, subject]: (typeof BOUNCES)[number]): Letter => {
  const delayed = status.startsWith('4');
  const sent = headerDate(moment(day, time) - 90_000);
  return {
    from: daemon('mx.hale.example'),
    day,
    time,
    subject: delayed
      ? `Delayed Mail (still being retried): ${to}`
      : `Undelivered Mail Returned to Sender: ${to}`,
    text: `This is the mail system at host mx.hale.example.\n\n${delayed ? 'Your message could not be delivered yet. It will be retried for two more days; there is no need to send it again.' : 'Your message could not be delivered to one recipient. A copy of its headers is attached.'}\n\n<${to}>: host said: ${said}`,
    report: {
      type: 'delivery-status',
      fields: `Reporting-MTA: dns; mx.hale.example\nArrival-Date: ${sent}\n\nFinal-Recipient: rfc822; ${to}\nAction: ${delayed ? 'delayed' : 'failed'}\nStatus: ${status}\nDiagnostic-Code: smtp; ${said}\n`,
      returned: `From: Robin Hale <${robin.address}>\nTo: ${to}\nSubject: ${subject}\nDate: ${sent}\n`,
    },
    headers: [['Auto-Submitted', 'auto-replied']],
    auth: 'none',
    read: day < -6,
  };
};

const away = (from: typeof katrin, day: number, time: string, subject: string, text: string): Letter => ({
  from,
  day,
  time,
  subject,
  text,
  headers: [
    ['Auto-Submitted', 'auto-replied'],
    ['Precedence', 'auto_reply'],
    ['X-Autoreply', 'yes'],
  ],
  read: day < -4,
});

export const automatic = (): Letter[] => [
  ...BOUNCES.map(bounce),
  away(
    katrin,
    -27,
    '10:02',
    'Abwesenheitsnotiz: Rückfrage zu den Radarköpfen',
    `Vielen Dank für Ihre Nachricht. Ich bin bis zum ${dottedDate(-24)} auf der Messe und lese meine E-Mails nur abends, wenn die Füße es zulassen.\n\nKatrin Vogel`,
  ),
  away(
    george,
    -15,
    '08:02',
    'Out of office: Book club: are we honest?',
    'I am on a boat without a telephone. If it is urgent, it will be less urgent when I am back on Monday. If it is about the whale, there is no whale.',
  ),
  away(
    tobias,
    -8,
    '09:31',
    'Automatic reply: Firmware for the 2-series clock',
    'At the dentist this morning. I can read but not speak.',
  ),
  away(
    elise,
    -6,
    '09:31',
    'Réponse automatique : Gîte, semaine de juillet',
    'Le bureau est fermé cette semaine. Le chat répond au téléphone, mais ne prend pas de réservation.\n\nÉlise Moreau',
  ),
  away(
    bram,
    -2,
    '07:16',
    'Autoreply: I read mail on Tuesdays and when it rains',
    'Today is neither. You will hear from me soon, the forecast is good, which means bad.',
  ),
];
