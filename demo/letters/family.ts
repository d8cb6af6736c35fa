import { dayName } from './dates.ts';
import { csv, png, txt } from './files.ts';
import { type Letter, robin } from './letter.ts';
import { auntie, bram, dom, george, landlord, mum, nia, paula, plumber, sam, yusuf } from './people.ts';
import { thread } from './thread.ts';

const snap = (name: string, step: number) => png(name, [96, 64], (x, y) => (x * step + y * 3) & 255);

const garden = (): Letter[] => [
  ...thread(
    'Allotment: the shed question',
    [paula],
    [
      [
        paula,
        -21,
        '18:20',
        `Dear plot neighbours,

The committee wants all sheds below 2.2 m. Ours (yours and mine, they are leaning on each other) is 2.35 at the ridge. We can lower the roof, or we can lower the ground. I vote for the ground.`,
      ],
      [
        robin,
        -21,
        '20:05',
        'Digging is free and we are both good at it. Saturday with two spades? I will bring the level and the flask.',
      ],
      [paula, -20, '08:10', 'Saturday. If anyone asks, it was always a sunken shed.'],
    ],
  ),
  ...thread(
    'Leeks',
    [paula],
    [
      [
        paula,
        -3,
        '17:40',
        'I have forty leeks and no plan. Please take at least ten. They are in your wheelbarrow already, so it is less a question than a notification.',
      ],
      [
        robin,
        -3,
        '19:15',
        'Soup for a week. Thank you! There will be a jar of something red in your shed by Sunday.',
      ],
    ],
  ),
];

const relatives = (): Letter[] => [
  ...thread(
    'Sunday lunch',
    [mum, sam],
    [
      [
        mum,
        -14,
        '10:15',
        `Dear both,

Will you all come on Sunday? I am doing the lamb, and there will be something for Sam that never had a face. Juno may bring the new book, she can read it to me while I do the gravy.

One o'clock, or half past if Theo needs to find his shoes.`,
        { starred: true },
      ],
      [
        sam,
        -14,
        '12:30',
        'We would love to. Half past one, then. Theo has three shoes at the moment and none of them match.',
      ],
      [mum, -14, '13:05', 'Bring all three, we will make it work.'],
    ],
  ),
  ...thread(
    "Dad's binoculars",
    [dom, mum],
    [
      [
        dom,
        -18,
        '15:20',
        "Does anyone know where Dad's big binoculars went? The ones we were never allowed to touch. I have a comet to look at.",
      ],
      [
        mum,
        -18,
        '17:55',
        'In the sideboard behind the fish kettle, where they have always been. You may touch them now.',
      ],
      [
        robin,
        -18,
        '21:10',
        'I can bring them on Sunday and post them on. Insured, padded, and with a note saying "careful", for tradition.',
      ],
      [dom, -17, '02:30', 'Perfect. I promise to be careful. I will also let my children nearly touch them.'],
    ],
  ),
  ...thread(
    "Mum's seventieth",
    [dom, sam],
    [
      [
        dom,
        -8,
        '16:10',
        `Right, we have nine weeks. Options so far:

1. A weekend in the cottage with everybody (12 people, one bathroom)
2. Dinner at the place with the view
3. A surprise party, which she would hate

I will fly over for any of them.`,
      ],
      [sam, -8, '17:25', 'Two, then one, for different subsets of people. Definitely not three.'],
      [
        robin,
        -8,
        '21:40',
        'Agreed: dinner for all on the Saturday, cottage for the brave afterwards. I will ask for a quote for the cottage and put the money in a sheet.',
      ],
      [
        dom,
        -7,
        '03:15',
        'Sheet attached, I could not help myself. Column F is what you owe me from last time.',
        {
          files: [
            csv('seventieth.csv', [
              ['who', 'dinner', 'cottage'],
              ['Mum', 'yes', 'yes'],
              ['Dom + 4', 'yes', 'yes'],
              ['Robin + 3', 'yes', 'yes'],
              ['Bea', 'yes', 'has a bad hip'],
              ['George', 'maybe', 'no'],
            ]),
          ],
        },
      ],
      [sam, -7, '08:20', 'Ha. I have hidden column F.'],
    ],
  ),
  ...thread(
    'Photographs from the attic',
    [auntie],
    [
      [
        auntie,
        -23,
        '11:00',
        `My dear Robin,

I have been through the boxes and found the ones from the boat. You are about four and holding a crab with great seriousness. I had the young man next door scan two of them for you.

There are some two hundred more. Do you want them, or shall I write on the backs first?`,
        { files: [snap('boat-1986.png', 5), snap('crab.png', 2)] },
      ],
      [
        robin,
        -23,
        '20:30',
        'Oh, these are wonderful, thank you! Please do write on the backs, nobody else knows who half of them are. I will come over with cake and a pencil.',
      ],
      [auntie, -22, '10:20', 'Lemon, please. The cake. Any pencil will do.'],
    ],
  ),
  ...thread(
    'Boiler again',
    [sam, plumber],
    [
      [
        sam,
        -6,
        '06:55',
        'The boiler shows E9 and sulks. I have reset it twice. Val, could you look at it this week? We have hot water only in theory.',
      ],
      [
        plumber,
        -6,
        '08:10',
        'E9 is the fan. I have one in the van. Tomorrow between 8 and 10, somebody at home?',
      ],
      [robin, -6, '08:22', 'I will be. Thank you Val, the kettle is on, in practice as well as in theory.'],
    ],
  ),
  ...thread(
    'pick up?',
    [sam],
    [
      [
        sam,
        -1,
        '13:48',
        "My 3 o'clock has become a 4 o'clock. Can you get Theo from football (17:00, the muddy gate)? Juno goes home with Maisie.",
      ],
      [robin, -1, '13:55', 'Yes. Muddy gate, 17:00. I will put the bin bags on the car seats.'],
      [sam, -1, '13:56', 'Hero.'],
    ],
  ),
  ...thread(
    'Shopping list (final) (really)',
    [sam],
    [
      [
        sam,
        0,
        '08:05',
        `oats
the good butter
lightbulb, the small screw kind
batteries for the thing
NOT more mustard, we have four`,
      ],
      [robin, 0, '12:40', 'Which thing?'],
      [sam, 0, '12:41', 'The thing that beeps.'],
    ],
  ),
];

const friends = (): Letter[] => [
  ...thread(
    'Quarry on Saturday',
    [yusuf, nia],
    [
      [
        yusuf,
        -9,
        '19:00',
        'Forecast for Saturday: dry, 9 degrees, light wind from the east. The slab will be in the sun until two. Who is in?',
      ],
      [
        nia,
        -9,
        '19:20',
        'Me! I want another go at the crack I fell out of. I have been having conversations with it in my head.',
      ],
      [robin, -9, '21:15', 'In. I bring the 60 m rope and soup. Meeting at the lay-by at nine?'],
      [yusuf, -8, '07:30', 'Lay-by at nine. I bring the small cams and a medium amount of hope.'],
      [nia, -4, '20:40', 'I did the crack!! I know you were there, I just wanted to write it down.'],
    ],
  ),
  ...thread(
    'Book club: are we honest?',
    [nia, george, bram],
    [
      [
        george,
        -16,
        '20:00',
        'Who has actually finished it? Anonymous replies are impossible by mail, so be brave.',
      ],
      [nia, -16, '20:12', 'Page 140 of 612. I liked the whale.'],
      [bram, -16, '21:30', 'Finished. There is no whale.'],
      [
        robin,
        -16,
        '22:05',
        'I read the first half twice, which I think makes one book. Shall we do something under 200 pages next time?',
      ],
      [george, -15, '08:00', 'Motion carried. And Nia, which book have you been reading?'],
    ],
  ),
  ...thread(
    'Borrowing the trailer',
    [george],
    [
      [
        george,
        -5,
        '12:10',
        'Is your trailer free next weekend? We have bought a wardrobe that was described as "compact".',
      ],
      [
        robin,
        -5,
        '13:25',
        'Free and yours. The left light needs a tap to wake up. Come for coffee when you collect it.',
      ],
    ],
  ),
  ...thread(
    'Spare room in March?',
    [bram],
    [
      [
        bram,
        -11,
        '19:45',
        `Hey Robin,

I am in town for a conference on ferries of all things, ${dayName(55)} to ${dayName(58)}. Could I sleep in your spare room? I cook one evening, and I do not snore on even days.`,
      ],
      [
        robin,
        -11,
        '21:50',
        'Of course, the room is yours. Theo will want to show you every vehicle he owns, and there are many.',
      ],
      [bram, -10, '07:15', 'I look forward to the vehicles.'],
    ],
  ),
  ...thread(
    'Rent review',
    [landlord],
    [
      [
        landlord,
        -20,
        '09:30',
        `Dear R. Hale,

The lease provides for a review in spring. I propose to leave the rent unchanged for the coming year, provided that the gutters are cleaned at your expense as before.

Kindly confirm in writing by ${dayName(10)}.`,
      ],
      [
        robin,
        -20,
        '18:40',
        'Dear Mr Abernathy, that is kind, thank you. I confirm: unchanged rent, and we clean the gutters. I will send a photograph, as every year.',
      ],
      [landlord, -17, '10:00', 'Received with thanks. The photograph is the highlight of my spring.'],
    ],
  ),
  ...thread(
    'Recipe, as threatened',
    [nia],
    [
      [
        nia,
        -13,
        '17:30',
        `You asked for the dal. Here it is, with the secret, which is patience.

From experience: do not halve the ginger.
From experience also: do not double it.`,
        {
          files: [
            txt(
              'dal.txt',
              'Red lentils 250 g, water 1 l, turmeric, salt.\nSimmer 40 minutes, longer than you think.\nFry cumin, garlic, ginger, dried chilli in butter until it smells like a good idea.\nPour over. Stir once. Eat with people.\n',
            ),
          ],
        },
      ],
      [
        robin,
        -12,
        '20:15',
        'Made it. Juno had seconds, Theo had rice. The patience was the hard part. Thank you!',
      ],
    ],
  ),
];

export const family = (): Letter[] => [...garden(), ...relatives(), ...friends()];
