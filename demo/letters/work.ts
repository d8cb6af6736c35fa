import { customers } from './customers.ts';
import { dayName } from './dates.ts';
import { pdf } from './files.ts';
import { type Letter, robin } from './letter.ts';
import { dev, grace, hanna, ines, marcus, priya, tobias } from './people.ts';
import { thread } from './thread.ts';

const office = (): Letter[] => [
  ...thread(
    'Offline mode: what do we promise?',
    [priya, dev, tobias],
    [
      [
        priya,
        -20,
        '09:12',
        `Hi all,

Two customers asked the same question this week: what does Harbourlight show when the link to shore is down? I would like one sentence that we can put on the website and defend.

My attempt: "The last known tide, its age, and a forecast, for at least 48 hours."

Can we keep that?`,
      ],
      [
        dev,
        -20,
        '09:40',
        'Age and last reading: yes, easily. 48 h forecast: only if the harmonic constants are cached on the device, and today they are fetched on demand. Two days of work, I think.',
      ],
      [
        tobias,
        -20,
        '11:02',
        'Plus the clock. If the device loses time as well, "age" is a lie. It has no battery-backed RTC on the 2-series.',
      ],
      [
        robin,
        -20,
        '11:30',
        `Good catch on the clock. Proposal: on the 2-series we say "age unknown" after a power cut until the first sync. It is ugly and true.

Dev, please cache the constants; Priya, your sentence stands for the 3-series.`,
      ],
      [
        priya,
        -17,
        '08:55',
        'Ugly and true is nearly our brand. I will take it. Updated sentence is in the launch doc.',
      ],
    ],
  ),
  ...thread(
    'Desk move on Friday',
    [grace, dev, hanna],
    [
      [
        grace,
        -15,
        '10:00',
        `Dear all,

The window side is getting new radiators, so desks 9 to 14 move to the mezzanine from Friday. Please pack your things in the blue crates by 16:00. Label them. Last time we returned a crate to "Property of the Kraken" and nobody has claimed it.`,
      ],
      [
        hanna,
        -15,
        '10:09',
        'The Kraken is mine. Can it stay in its crate on the mezzanine? It has got used to it.',
      ],
      [grace, -15, '10:12', 'It can. It cannot have a desk.'],
    ],
  ),
  ...thread(
    'Interview panel: embedded engineer',
    [grace, ines, tobias],
    [
      [
        grace,
        -10,
        '09:30',
        `Hello,

We have two candidates for the embedded role next week. Could you three form the panel? One hour each, the usual structure. CVs are attached; please do not forward them.`,
        {
          files: [
            pdf('cv-candidate-A.pdf', [
              'Candidate A',
              'Nine years of firmware, four of them under water',
              'Languages: C, Rust, Dutch',
            ]),
            pdf('cv-candidate-B.pdf', [
              'Candidate B',
              'Ported an RTOS to a dishwasher',
              'Languages: C, Zig, English',
            ]),
          ],
        },
      ],
      [
        ines,
        -10,
        '09:58',
        'Happy to. I take the debugging exercise. The dishwasher one already has my vote for ambition.',
      ],
      [robin, -10, '10:15', 'In. I will do the system design part and promise not to ask about tides.'],
      [tobias, -10, '11:47', 'OK for me, but not Wednesday morning please, I have the dentist.'],
      [grace, -9, '09:05', 'Tuesday 10:00 and Thursday 14:00 then. Invitations follow. Thank you!'],
    ],
  ),
  ...thread(
    'Release 4.2: go or no go',
    [priya, dev, hanna, ines],
    [
      [
        hanna,
        -6,
        '14:00',
        `State of 4.2:

- all tests green on the third try (see below)
- the flaky one is test_tide_rollover, again, only near midnight UTC
- translations: Spanish and Japanese complete, French 96 %
- one open blocker: the alarm tone on the 2-series plays twice

I say no go until the tone is fixed. Opinions by five please.`,
      ],
      [
        dev,
        -6,
        '14:21',
        'Tone fix is in review. It was me. I initialised the buzzer in the constructor and again in start(), so it was very initialised.',
      ],
      [ines, -6, '15:05', 'Reviewed and tested on a real 2-series. It beeps exactly once. Go from me.'],
      [priya, -6, '15:30', 'Go. French can follow in 4.2.1, nobody in Brest upgrades on a Friday.'],
      [
        robin,
        -6,
        '16:10',
        'Go, on Monday morning rather than tonight. And please let us quarantine test_tide_rollover with a ticket instead of rerunning it.',
      ],
      [hanna, -6, '16:14', 'Monday it is. Ticket LW-2291. Have a quiet weekend everybody.'],
    ],
  ),
  ...thread(
    'Who is presenting at the all-hands?',
    [priya, marcus],
    [
      [
        priya,
        -3,
        '11:20',
        `We have twelve minutes at the all-hands on ${dayName(4)}. Robin, would you show the Wexcombe numbers? Three slides, no equations this time.`,
      ],
      [robin, -3, '11:48', 'Yes. One equation. A small one.'],
      [priya, -3, '11:50', 'Half an equation.'],
      [
        marcus,
        -3,
        '12:15',
        'I will bring the customer quote. "Considerable" is still my favourite unit of mass.',
      ],
    ],
  ),
  ...thread(
    'Can I steal you for 20 minutes?',
    [hanna],
    [
      [
        hanna,
        -2,
        '13:02',
        'I am looking at the retry code in the uplink and I either found a bug or a joke. It waits 2^n seconds, where n is the number of *successful* uploads.',
      ],
      [
        robin,
        -2,
        '13:20',
        'Both, then. Come by at three? Bring the oldest commit you can find, I fear it may be mine.',
      ],
      [hanna, -2, '13:22', 'It is yours. It is also from 02:40 in the morning. I bring biscuits.'],
    ],
  ),
  ...thread(
    'Photo for the team page',
    [grace],
    [
      [
        grace,
        -24,
        '10:30',
        'Hello Robin, you are the last one without a picture on the team page. At the moment it shows a lighthouse. May we have a photo by the end of the month?',
      ],
      [
        robin,
        -24,
        '12:10',
        'The lighthouse is a good likeness. But fine, I will ask Sam to take one this weekend.',
      ],
      [
        grace,
        -16,
        '09:10',
        'A friendly reminder about the photo. Visitors have started to ask for "the lighthouse".',
      ],
    ],
  ),
  ...thread(
    'Quarterly risk review',
    [priya, marcus, tobias, ines],
    [
      [
        priya,
        -22,
        '15:00',
        `Please add your top risk to the sheet before ${dayName(-16)}. One line each: what could go wrong, how we would notice, who does something about it.`,
      ],
      [
        ines,
        -22,
        '15:40',
        'Mine: single supplier for the radar head. We would notice when Nordlicht stops answering. Owner: Tobias.',
      ],
      [
        tobias,
        -21,
        '09:00',
        'Second source quoted at plus 18 %. I would rather keep 30 units on the shelf. Costs 11k, sleeps better.',
      ],
      [marcus, -21, '09:25', 'Shelf, please. I can explain a shelf to the bank.'],
    ],
  ),
  ...thread(
    'Lunch on Thursday?',
    [hanna, dev],
    [
      [dev, -1, '10:40', 'The dumpling place by the locks has reopened. Thursday, 12:30, table for three?'],
      [hanna, -1, '10:41', 'Yes. Obviously yes.'],
      [robin, -1, '10:58', 'Yes, if I may leave at 13:30 for the harbour call.'],
    ],
  ),
  ...thread(
    'Parking permit for the van',
    [grace],
    [
      [
        grace,
        -28,
        '08:50',
        'The council has changed the permit scheme. Which registration should be on ours: the old van or the older van?',
      ],
      [robin, -28, '09:35', 'The older one. It has the roof rack, and it has earned it.'],
    ],
  ),
  ...thread(
    'API: rename "datum" before it spreads',
    [dev, tobias, hanna],
    [
      [
        tobias,
        -27,
        '10:10',
        'We use "datum" for the vertical reference AND for a single data point, sometimes in the same sentence. New customers read "invalid datum" and do not know whether to call us or a surveyor.',
      ],
      [hanna, -27, '10:25', '+1. "reference_level" and "reading"?'],
      [dev, -27, '10:50', 'Breaking change. I can keep the old names as aliases for two releases.'],
      [
        robin,
        -27,
        '13:00',
        'Do it: new names now, aliases until 5.0, and a warning in the log that says which word to use. Thank you, Tobias, I have wanted this for years.',
      ],
    ],
  ),
  ...thread(
    'Holiday cover in February',
    [priya, grace],
    [
      [
        priya,
        -13,
        '16:20',
        `I am away from ${dayName(26)} for a week. Robin, can you hold the roadmap meeting? It only needs someone who says no in a kind voice.`,
      ],
      [robin, -13, '16:45', 'I can say no in three kinds of voice. Gladly.'],
      [grace, -13, '17:00', 'Noted in the calendar. Priya, enjoy the snow.'],
    ],
  ),
  ...thread(
    'Support rota, next four weeks',
    [hanna, dev, ines, tobias],
    [
      [
        hanna,
        -10,
        '12:00',
        `First week: Dev
Second: Inês
Third: Robin
Fourth: me

Swap among yourselves, tell me afterwards.`,
      ],
      [
        dev,
        -10,
        '12:31',
        'Inês, can we swap? My sister gets married in the first one and has opinions about phones.',
      ],
      [ines, -10, '12:40', 'Swapped. Congratulations to her, condolences to your phone.'],
    ],
  ),
];

export const work = (): Letter[] => [...customers(), ...office()];
