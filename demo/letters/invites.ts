import { calendarTime, dayName } from './dates.ts';
import type { Letter, Person } from './letter.ts';
import { desmond, ferries, grace, hanna, marcus, misaki, parent, priya, wexport, yusuf } from './people.ts';

interface Meeting {
  from: Person;
  day: number;
  time: string;
  title: string;
  /** Days from the reference day, start and end in UTC. */
  when: [day: number, start: string, end: string];
  place: string;
  note: string;
  method?: 'CANCEL';
}

const icsText = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');

/** RFC 5545, RFC 6047; lines end in CRLF and none here is longer than 75 bytes. */
const ics = (m: Meeting): string => {
  const [day, start, end] = m.when;
  const method = m.method ?? 'REQUEST';
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Robin//Demo mailbox//EN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${calendarTime(day, start)}.${m.from.address}`,
    `DTSTAMP:${calendarTime(m.day, m.time)}`,
    `DTSTART:${calendarTime(day, start)}`,
    `DTEND:${calendarTime(day, end)}`,
    `SUMMARY:${icsText(m.title)}`,
    `LOCATION:${icsText(m.place)}`,
    `ORGANIZER:mailto:${m.from.address}`,
    'ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:robin@hale.example',
    `SEQUENCE:${method === 'CANCEL' ? 1 : 0}`,
    `STATUS:${method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
};

const MEETINGS: Meeting[] = [
  {
    from: priya,
    day: -20,
    time: '12:10',
    title: 'Roadmap: offline mode',
    when: [-16, '10:00', '11:00'],
    place: 'Mezzanine',
    note: 'Bring your doubts, I bring the sticky notes.',
  },
  {
    from: grace,
    day: -9,
    time: '09:20',
    title: 'Interview: embedded engineer, candidate A',
    when: [-2, '10:00', '11:00'],
    place: 'Small meeting room',
    note: 'Please read the CV, not the internet.',
  },
  {
    from: grace,
    day: -9,
    time: '09:22',
    title: 'Interview: embedded engineer, candidate B',
    when: [0, '14:00', '15:00'],
    place: 'Small meeting room',
    note: 'This is the dishwasher one.',
  },
  {
    from: wexport,
    day: -7,
    time: '11:40',
    title: 'Site walk, north mole',
    when: [5, '09:00', '11:30'],
    place: 'Harbour office, then boots',
    note: 'Low water is at 10:12. Hard hats provided, dry feet not.',
  },
  {
    from: hanna,
    day: -6,
    time: '16:20',
    title: 'Release 4.2, Monday checklist',
    when: [-3, '08:30', '09:00'],
    place: 'Online',
    note: 'Half an hour, with biscuits on your side of the screen.',
  },
  {
    from: yusuf,
    day: -5,
    time: '18:30',
    title: 'Rescue practice at the quarry',
    when: [16, '09:00', '13:00'],
    place: 'Lay-by below Seal Slab',
    note: 'Bring a prusik and somebody to rescue.',
  },
  {
    from: marcus,
    day: -3,
    time: '15:05',
    title: 'Wexcombe renewal: prices',
    when: [6, '13:00', '13:45'],
    place: 'My desk, which is now on the mezzanine',
    note: 'Before the board meets.',
  },
  {
    from: priya,
    day: -3,
    time: '12:30',
    title: 'All-hands',
    when: [4, '15:00', '16:00'],
    place: 'Kitchen',
    note: 'Your slot is at 15:20. Half an equation.',
  },
  {
    from: desmond,
    day: -3,
    time: '19:45',
    title: 'Sectional: second tenors',
    when: [8, '18:30', '19:30'],
    place: 'Upper hall',
    note: 'The four bars. Only the four bars.',
  },
  {
    from: ferries,
    day: -2,
    time: '10:15',
    title: 'Lessons from the Isbister display',
    when: [1, '09:30', '10:15'],
    place: 'Video call',
    note: 'Short, blameless, with the promised coffee on screen.',
  },
  {
    from: misaki,
    day: -2,
    time: '01:30',
    title: '定例会議 / Monthly call: Shiokaze and Lanternworks',
    when: [12, '08:00', '09:00'],
    place: 'オンライン',
    note: '議題：潮位データの更新頻度について。',
  },
  {
    from: grace,
    day: -1,
    time: '16:10',
    title: 'Fire drill (announced, so please act surprised)',
    when: [4, '11:00', '11:20'],
    place: 'Everywhere',
    note: 'Meet at the anchor.',
  },
  {
    from: parent,
    day: -1,
    time: '20:05',
    title: 'Maisie turns eight',
    when: [23, '14:00', '17:00'],
    place: 'Ours. Wellies recommended.',
    note: 'There will be an experiment.',
  },
  {
    from: priya,
    day: -1,
    time: '17:40',
    title: 'Roadmap: offline mode, part two',
    when: [1, '10:00', '11:00'],
    place: 'Mezzanine',
    note: 'Cancelled, we already agree. Enjoy the hour.',
    method: 'CANCEL',
  },
];

export const invites = (): Letter[] =>
  MEETINGS.map((m) => {
    const [day, start, end] = m.when;
    const method = m.method ?? 'REQUEST';
    return {
      from: m.from,
      day: m.day,
      time: m.time,
      subject: `${method === 'CANCEL' ? 'Cancelled' : 'Invitation'}: ${m.title} @ ${dayName(day)} ${start}`,
      text: `${m.title}\nWhen: ${dayName(day)}, ${start} to ${end} (UTC)\nWhere: ${m.place}\n\n${m.note}`,
      calendar: { method, ics: ics(m) },
      read: m.day < -4,
    };
  });
