/** Letters that somebody writes because they like to. */
import type { List } from './newsletters.ts';

const slowTide: List = {
  brand: 'The Slow Tide',
  address: 'hello@slow-tide.example',
  color: '#1f5673',
  footer: 'A weekly letter about coasts, written in a shed. You signed up at slow-tide.example.',
  oneClick: true,
  issues: [
    [
      -28,
      '06:00',
      'Why harbours smell of harbour',
      'Good morning. This week: chemistry, nostalgia, and a very patient heron.',
      [
        [
          'Dimethyl sulphide, mostly',
          'The smell of the sea is the smell of plankton being eaten. Birds follow it across whole oceans; we follow it to the chip shop.',
        ],
        [
          'The heron of Quay Street',
          'It has stood on the same bollard since spring. Readers have sent eleven theories and one sonnet.',
        ],
      ],
    ],
    [
      -21,
      '06:00',
      'A short history of the bollard',
      'It began as a cannon, stuck in the ground because nobody wanted to carry it home.',
      [
        [
          'Cannons',
          'Old guns made good posts. New posts were then cast in the shape of old guns, which tells you everything about harbours.',
        ],
        ['Reader question', 'Can one own a bollard? Yes, and two of you apparently do.'],
      ],
    ],
    [
      -14,
      '06:00',
      'Islands that are not there',
      'Sandy Island was on maps for a century. Then somebody sailed through it.',
      [
        [
          'Phantom land',
          'Cartographers copied each other, as we all do. The island survived eleven editions and zero visits.',
        ],
        ['Recommended', 'A podcast about fog, by people who like fog.'],
      ],
    ],
    [
      -7,
      '06:00',
      'The tide table that lied',
      'One misprint, forty boats in the mud, and a lasting friendship.',
      [
        ['A small 7', 'The printer ran out of sevens and used an upside-down L. It worked until August.'],
        [
          'What came of it',
          'The skippers met in the mud and founded a rowing club. It still has an L on its flag.',
        ],
      ],
    ],
    [
      0,
      '06:00',
      'Notes on walking backwards up a beach',
      'Some of you asked how to photograph your own footprints. We tried.',
      [
        ['Technique', 'Slowly. Then more slowly. Then turn round, there is a dog.'],
        ['Next week', 'Gulls: thieves or merely confident?'],
      ],
    ],
  ],
};

const byteBrunch: List = {
  brand: 'Byte Brunch',
  address: 'editor@byte-brunch.example',
  color: '#6b2d5c',
  footer: 'Byte Brunch, five links on a weekday. Sent to robin@hale.example.',
  oneClick: true,
  issues: [
    [
      -27,
      '10:30',
      'Five links: the cache was warm all along',
      'Today: caching, cursors, and a keyboard made of toast.',
      [
        [
          'The cache was warm all along',
          'A post-mortem in which everybody is innocent, including the cache.',
        ],
        ['Cursors, explained with trains', 'You leave your luggage on the platform and call it state.'],
        ['Toast keyboard', 'It works. It has crumbs. That was already true of yours.'],
      ],
    ],
    [
      -20,
      '10:30',
      'Five links: write-ahead everything',
      'Logs first, regrets later.',
      [
        [
          'A log is a database that has not given up',
          'Lovely diagrams, drawn by hand, one of them upside down.',
        ],
        ['The 4 kB page: a biography', 'Born in 1961, still paying rent.'],
      ],
    ],
    [
      -13,
      '10:30',
      'Five links: the year of the small tool',
      'We read 300 pull requests so you need not.',
      [
        ['Delete more', 'A team removed a third of their code. Nobody noticed, which was the point.'],
        ['Time zones are people', 'Interview with somebody who maintains the table and still has friends.'],
      ],
    ],
    [
      -6,
      '10:30',
      'Five links: fuzzers at the gate',
      'Throwing noodles at parsers, professionally.',
      [
        ['What fuzzing found in our date picker', 'It found February.'],
        ['Property tests for people in a hurry', 'Start with "undo undoes it". Stay for the shrinking.'],
      ],
    ],
    [
      -1,
      '10:30',
      'Five links: the queue that went home early',
      'About back-pressure, and knowing when to stop.',
      [
        ['Bounded or sorry', 'Every unbounded queue is a promise about memory that nobody made.'],
        ['Idempotency keys in plain words', 'Say the same thing twice, be heard once.'],
      ],
    ],
  ],
};

const money: List = {
  brand: 'Plain Money',
  address: 'weekly@plain-money.example',
  color: '#22577a',
  footer: 'Plain Money is information, not advice. You are the advice.',
  oneClick: true,
  issues: [
    [
      -23,
      '05:30',
      'The subscription you forgot',
      'Most households pay for one thing nobody uses. Ours was a magazine about fish.',
      [
        ['Find it', 'Search your statement for the smallest amount that repeats.'],
        ['Rates', 'Savings up a little, mortgages down a little, sandwiches up a lot.'],
      ],
    ],
    [
      -16,
      '05:30',
      'Pensions in eleven sentences',
      'We counted. There are eleven.',
      [
        ['One of them', 'Whatever your employer matches, take.'],
        ['Another', 'Compound interest is slow until it is not.'],
      ],
    ],
    [
      -9,
      '05:30',
      'Is it a sale or is it Thursday?',
      'Three ways to tell whether a price was ever higher.',
      [
        ['Look back', 'Price histories exist, and shops hope you do not know.'],
        ['Wait a week', 'Half of all baskets regret themselves.'],
      ],
    ],
    [
      -2,
      '05:30',
      'Insurance: the question to ask first',
      'What would you do if it simply broke?',
      [
        ['If the answer is "buy another"', 'Then you are already insured, by yourself.'],
        ['If the answer is "cry"', 'Read the small print first, then cry.'],
      ],
    ],
  ],
};

const museum: List = {
  brand: 'Museum of Small Machines',
  address: 'friends@small-machines.example',
  color: '#7a4419',
  footer: 'You are a Friend of the museum until the end of the year.',
  oneClick: true,
  issues: [
    [
      -22,
      '12:00',
      'A talk on clocks that run backwards',
      'And one that runs sideways, for sailors.',
      [
        ['The talk', 'Dr Anneke Visser winds six clocks and explains five.'],
        ['Children', 'Bring a broken toy, leave with an explanation.'],
      ],
    ],
    [
      -8,
      '12:00',
      'The pocket calculator turns fifty',
      'Celebrate by dividing by zero, supervised.',
      [
        ['Exhibition', 'Forty calculators, three of them warm.'],
        ['Volunteers wanted', 'Somebody must turn the hand crank on Sundays.'],
      ],
    ],
  ],
};

export const readingLists: List[] = [slowTide, byteBrunch, money, museum];
