/** Letters from shops, the farm, an airline and the council. */
import type { List } from './newsletters.ts';

const greengrocer: List = {
  brand: 'Crooked Carrot Box',
  address: 'box@crooked-carrot.example',
  color: '#4f772d',
  footer: 'Crooked Carrot, the veg box from Lower Marsh Farm.',
  oneClick: true,
  issues: [
    [
      -26,
      '16:00',
      'In your box: a celeriac with a face',
      'Hello Robin! This week has character.',
      [
        ['Inside', 'Celeriac, kale, carrots (crooked), potatoes (straight), one squash the size of a cat.'],
        ['Idea', 'Celeriac schnitzel. Trust us once.'],
      ],
    ],
    [
      -19,
      '16:00',
      'In your box: purple is not a mistake',
      'The carrots are purple because they used to be.',
      [
        ['Inside', 'Purple carrots, leeks, red onions, pears, and thyme.'],
        ['Idea', 'Roast everything. The pan will look like a sunset.'],
      ],
    ],
    [
      -12,
      '16:00',
      'In your box: the return of the sprout',
      'You may skip the sprouts until Tuesday noon. We will not ask why.',
      [
        ['Inside', 'Sprouts on the stalk, beetroot, mushrooms, apples.'],
        ['From the farm', 'Gerald the goose has retired from security.'],
      ],
    ],
    [
      -5,
      '16:00',
      'In your box: citrus by sailing boat',
      'Our oranges came under sail. They are a little proud of it.',
      [
        ['Inside', 'Oranges, lemons, fennel, rocket, new-crop walnuts.'],
        ['Idea', 'Fennel and orange salad: five minutes, no cooking, much applause.'],
      ],
    ],
  ],
};

const climbing: List = {
  brand: 'Chalk & Rope',
  address: 'news@chalk-and-rope.example',
  color: '#b5541c',
  footer: 'You get this because you once bought a brush from us.',
  oneClick: false,
  issues: [
    [
      -25,
      '07:45',
      '20 % off everything that squeaks',
      'Shoes, mostly.',
      [
        ['Squeaky deals', 'Rental-grade shoes, nearly new, from £39.'],
        ['Wall news', 'The overhang is closed for a wasp, not for wasps. One wasp.'],
      ],
    ],
    [
      -18,
      '07:45',
      'LAST CHANCE: brushes',
      'There are forty brushes left and we need the shelf.',
      [['Brushes', 'Boar, nylon, toothbrush. Two for the price of the dearer one.']],
    ],
    [
      -11,
      '07:45',
      'REALLY the last chance: brushes',
      'Somebody returned six.',
      [['Still brushes', 'We have learned not to say last chance. Last chance.']],
    ],
    [
      -4,
      '07:45',
      'New ropes, old knots',
      'A short guide to the knot you have been tying wrong since 2009.',
      [
        [
          'The knot',
          'If your figure of eight is a figure of seven, come and see us before you see the ground.',
        ],
        ['Ropes', '9.5 mm, 60 m, in a colour called Regret.'],
      ],
    ],
    [
      -2,
      '07:45',
      'Your basket misses you',
      'You left one (1) brush behind.',
      [['The brush', 'It is still here. It asks about you.']],
    ],
  ],
};

const council: List = {
  brand: 'Wexcombe Council',
  address: 'bulletin@wexcombe-council.example',
  color: '#34495e',
  footer: 'Wexcombe Council resident bulletin. Reply to this address and a person reads it.',
  oneClick: false,
  issues: [
    [
      -24,
      '11:00',
      'Bin days and road works this month',
      'Green bins move from Monday to Tuesday in Ropewalk and Mill Lane.',
      [
        [
          'Road works',
          'The bridge at Mill Lane is closed to lorries until the end of the month. Cyclists may continue, carefully.',
        ],
        ['Have your say', 'The bench survey closes soon. So far, people want benches.'],
      ],
    ],
    [
      -10,
      '11:00',
      'Flood wall: drop-in evening at the library',
      'Come and look at the plans. There will be a model, and biscuits.',
      [
        [
          'The plans',
          'The wall rises by 40 cm between the slipway and the fish quay, with glass panels at the viewpoint.',
        ],
        ['When', 'Wednesday from 17:30. Comments are welcome for four weeks after.'],
      ],
    ],
    [
      -3,
      '11:00',
      'Library opens on Sundays',
      'From next month, ten to two. Whispering remains traditional.',
      [
        ['Why', 'You asked, 1,204 times.'],
        ['Also', 'The swimming pool will be four degrees warmer than it was. It was very cold.'],
      ],
    ],
  ],
};

const airline: List = {
  brand: 'Kittiwake Air',
  address: 'offers@kittiwake-air.example',
  color: '#c1121f',
  footer: 'Kittiwake Air, because you flew with us once. Prices change, puffins do not.',
  oneClick: true,
  issues: [
    [
      -29,
      '04:15',
      'Robin, the islands are calling',
      'From £29 each way, if you travel with the luggage of a monk.',
      [['This week', 'Out on a Tuesday, back on a Wednesday, hardly any legroom, wonderful views.']],
    ],
    [
      -22,
      '04:15',
      'Still calling',
      'The islands have left three messages.',
      [['From £27', 'We have found two pounds.']],
    ],
    [
      -15,
      '04:15',
      'Flash sale: 48 hours of wind',
      'Tailwinds included one way.',
      [['Where', 'Anywhere with a runway shorter than your street.']],
    ],
    [
      -8,
      '04:15',
      'We miss you (the puffins do not)',
      'They have fish. We have seats.',
      [['Seats', 'Row 4, by the propeller. Bring ear plugs.']],
    ],
    [
      -1,
      '04:15',
      'Last call for the call of the islands',
      'This is the final final reminder before the next.',
      [['From £25', 'It was £29 once. You remember.']],
    ],
  ],
};

export const offerLists: List[] = [greengrocer, climbing, council, airline];
