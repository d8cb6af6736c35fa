import { dayName } from './dates.ts';
import { csv, pdf } from './files.ts';
import { type Letter, robin } from './letter.ts';
import { choir, dentist, desmond, parent, sam, school, teacher } from './people.ts';
import { thread } from './thread.ts';

const notices = (): Letter[] => [
  {
    from: school,
    day: -29,
    time: '14:30',
    subject: 'Class 3F: trip to the lifeboat station',
    read: true,
    text: `Dear parents and carers,

Class 3F will visit the lifeboat station on ${dayName(13)}. Please return the consent form by ${dayName(6)} and send a packed lunch, a waterproof coat and no valuables. Last year a child brought a drone.

The cost is £6.50. If this is difficult, a word with the office is enough.`,
    files: [
      pdf('consent-form-3F.pdf', [
        'Alderbrook Primary School',
        'I give permission for my child to visit the lifeboat station.',
        'Name of child: ____________',
        'Signed: ____________',
      ]),
    ],
  },
  {
    from: school,
    day: -22,
    time: '15:10',
    subject: 'Head lice (again)',
    read: true,
    text: 'Dear parents, a case of head lice has been found in Year 3. Please check and, where needed, treat tonight. Nobody is to blame, except the lice.',
  },
  {
    from: school,
    day: -16,
    time: '13:00',
    subject: 'Lunch menu for next week',
    read: true,
    text: `Monday: fish pie
Tuesday: vegetable chilli
Wednesday: roast, or lentil roast
Thursday: pasta, the twisty kind (by vote of the school council)
Friday: soup and bread the infants have baked`,
  },
  {
    from: school,
    day: -8,
    time: '07:05',
    subject: 'School open as normal today',
    text: 'The power cut in Mill Lane does not affect us. School is open. Breakfast club has toast but no hot drinks.',
  },
  {
    from: school,
    day: -6,
    time: '14:45',
    subject: "Parents' evening: please choose a time",
    text: `Dear parents and carers,

Parents' evening is on ${dayName(19)} from 16:00 to 19:30. Please choose a ten-minute slot by replying to this message before ${dayName(8)}. First come, first served; the slots around six go quickly.`,
  },
  {
    from: school,
    day: -1,
    time: '12:20',
    subject: 'Lost property is full',
    text: 'We own, at present, eleven left gloves, four recorders and one adult-sized dinosaur costume. Please come and look before Friday, when all of it goes to the charity shop. The dinosaur has been asked for twice.',
  },
  {
    from: choir,
    day: -25,
    time: '19:15',
    subject: 'Rehearsal moved to the upper hall',
    read: true,
    text: 'Dear singers, the lower hall has a leak and a bucket in B flat. We rehearse upstairs until further notice, same time. Please bring pencils.',
  },
  {
    from: choir,
    day: -10,
    time: '09:40',
    subject: 'Concert programme and dates',
    text: `Dear singers,

The spring concert is on ${dayName(60)}, dress rehearsal the evening before. We sing the Rheinberger, three shanties, and the piece nobody has learned yet (page 31, you know who you are).

Sign-up sheet for lifts attached.`,
    files: [
      csv('lifts.csv', [
        ['driver', 'seats', 'from'],
        ['Desmond', 3, 'Ropewalk'],
        ['Anneke', 2, 'Station'],
        ['', '', ''],
      ]),
    ],
  },
  {
    from: dentist,
    day: -13,
    time: '08:30',
    subject: 'Time for your check-up, Robin',
    text: `Dear Robin,

It has been six months. We have kept ${dayName(21)} at 08:20 for you. Please reply YES to keep it, or call us for another time.`,
  },
  {
    from: dentist,
    day: -2,
    time: '08:30',
    subject: 'We still need a reply about your appointment',
    text: `Dear Robin, the appointment on ${dayName(21)} at 08:20 is not confirmed yet. If we do not hear from you by ${dayName(2)}, we will offer it to somebody with toothache.`,
  },
];

export const clubs = (): Letter[] => [
  ...notices(),
  ...thread(
    'Juno and the long division',
    [teacher, sam],
    [
      [
        teacher,
        -13,
        '16:05',
        `Dear both,

Juno has begun to do long division "from the other end". The answers are right. I cannot follow how, and neither can she explain it, but she is having a splendid time.

Could you ask her to write down the steps over the weekend?`,
        { starred: true },
      ],
      [
        sam,
        -11,
        '19:30',
        'We asked. She says you subtract "the biggest easy one" until nothing is left. I think that is division.',
      ],
      [teacher, -10, '08:15', 'That is indeed division. I have given her larger numbers.'],
    ],
  ),
  ...thread(
    'Playdate on Wednesday',
    [parent],
    [
      [
        parent,
        -5,
        '20:15',
        'Would Juno like to come to us after school on Wednesday? Maisie has a plan that involves the garden, two buckets and "an experiment".',
      ],
      [robin, -5, '20:50', 'She would love to. Shall I pack spare clothes, or a spare child?'],
      [parent, -5, '20:53', 'Clothes will do. Pick-up at six.'],
    ],
  ),
  ...thread(
    'Second tenors',
    [desmond],
    [
      [
        desmond,
        -7,
        '10:10',
        'We have lost two second tenors to a cruise. Could you move over from the basses for the Rheinberger? It lies low, mostly.',
      ],
      [robin, -7, '12:45', 'I will try. "Mostly" worries me. What is the highest note?'],
      [desmond, -7, '13:00', 'It is only one. And it is short.'],
      [robin, -6, '07:50', 'I found it. It is four bars long. But yes.'],
    ],
  ),
  ...thread(
    'Class collection for Ms Farrell',
    [parent],
    [
      [
        parent,
        -2,
        '21:10',
        'Ms Farrell gets married at half-term. We are collecting for a wheelbarrow, which she asked for, honestly. A fiver each if you like, no obligation.',
      ],
      [robin, -2, '21:25', 'A wheelbarrow! Count us in. I know somebody with forty leeks to put in it.'],
    ],
  ),
];
