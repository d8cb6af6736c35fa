import { dayName } from './dates.ts';
import { csv, pdf, png, txt } from './files.ts';
import { type Letter, robin } from './letter.ts';
import { dev, ferries, ines, marcus, tobias, wexport } from './people.ts';
import { thread } from './thread.ts';

/** A sawtooth that drifts: the picture of a tide gauge that reads high. */
const drift = png('gauge-7-drift.png', [120, 48], (x, y) =>
  Math.abs(y - 40 + (x >> 2) + (x % 12)) < 2 ? 0 : 245,
);

/** Harbours and ferries, and the hardware that goes to them. */
export const customers = (): Letter[] => [
  ...thread(
    'Gauge 7 reads 4 cm high since Tuesday',
    [wexport, ines],
    [
      [
        wexport,
        -8,
        '07:52',
        `Morning Robin,

Gauge 7 on the fish quay has been reading about four centimetres high since Tuesday. The pilots noticed before we did, which was embarrassing for both of us.

Nothing was touched out there as far as I know. A seal has been sitting on the bracket, but the seal is not new.`,
        { starred: true },
      ],
      [
        robin,
        -8,
        '08:20',
        `Thanks Lorna. Four centimetres in a day is not drift, it is a step, so I suspect the mount or the reference level rather than the sensor.

Inês, can you pull the raw echo for the last 72 hours?`,
      ],
      [
        ines,
        -8,
        '10:05',
        `Pulled. The step is at 02:14 on Tuesday, in one sample, and the echo strength drops at the same moment. Picture attached.

I would say the bracket moved. How heavy is the seal?`,
        { files: [drift] },
      ],
      [
        wexport,
        -8,
        '10:31',
        'Harbour consensus is "considerable". We will send someone out at low water with a spirit level.',
      ],
      [
        wexport,
        -7,
        '15:44',
        `Bracket was bent. Straightened, re-levelled, and a fender ring now sits where the seal used to. He is not pleased.

Reading is back within 3 mm of the staff gauge. Thank you both.`,
      ],
    ],
  ),
  ...thread(
    'Budget for the Wexcombe pilot',
    [marcus],
    [
      [
        marcus,
        -15,
        '13:10',
        `Robin,

I have the pilot at GBP 41,200 all in. Finance wants it under 40. Where can we cut without Lorna noticing?`,
        {
          files: [
            csv('wexcombe-pilot-budget.csv', [
              ['item', 'GBP'],
              ['sensors', 14800],
              ['masts and brackets', 9600],
              ['installation', 8300],
              ['data link 12 months', 3900],
              ['travel', 2100],
              ['contingency', 2500],
            ]),
          ],
        },
      ],
      [
        robin,
        -15,
        '14:02',
        'Travel. Two of the four trips can be one trip if installation and training are in the same week. That is about 1,100. And the spare mast can come back from Northsound, which is another 600.',
      ],
      [marcus, -15, '14:20', '39,500 it is. Sending to finance before they think of something else.'],
    ],
  ),
  ...thread(
    'Northsound: ferry display shows yesterday',
    [ferries, dev],
    [
      [
        ferries,
        -4,
        '05:48',
        `Robin,

The display on the Isbister berth has been showing yesterday's high water since about 04:30. Masters are using the paper tables. Please treat as urgent, first sailing is 07:15.`,
        { starred: true },
      ],
      [robin, -4, '06:05', 'On it. The feed is fine here, so it is the display. Dev, are you up?'],
      [
        dev,
        -4,
        '06:11',
        'I am now. The display lost its time sync when the berth switch was replaced overnight: new switch, new VLAN, no NTP. Can your network team allow UDP 123 to the gateway?',
      ],
      [
        ferries,
        -4,
        '06:32',
        'Done, and it corrected itself at 06:30. First sailing is safe. Thank you both, coffee is on us next time.',
      ],
      [
        robin,
        -4,
        '08:45',
        'For the record: we will make the display show a warning when its clock is unsynchronised, rather than yesterday with confidence.',
      ],
    ],
  ),
  ...thread(
    'Customs paperwork for the Hamburg shipment',
    [marcus, tobias],
    [
      [
        tobias,
        -17,
        '08:40',
        'The broker needs the commodity code for the radar heads and a signed origin statement before noon tomorrow, otherwise the pallet waits until next week.',
      ],
      [marcus, -17, '09:15', 'Code is 9015 80. The statement needs Robin, I only sign cheques.'],
      [
        robin,
        -17,
        '09:50',
        'Signed, attached. Please tell the broker the batteries travel separately this time.',
        {
          files: [
            pdf('origin-statement-signed.pdf', [
              'Statement of origin',
              'The exporter of the products covered by this document declares ...',
              'Signed: R. Hale',
            ]),
          ],
        },
      ],
    ],
  ),
  ...thread(
    'Log excerpt from the buoy',
    [ines],
    [
      [
        ines,
        -7,
        '16:50',
        'Here is the last night of the buoy as text. Look at 03:00 to 03:20: it reboots every four minutes, precisely. I suspect the watchdog, not the battery.',
        {
          files: [
            txt(
              'buoy-night.log.txt',
              '03:00:02 boot reason=watchdog\n03:00:05 gps cold start\n03:04:02 boot reason=watchdog\n03:04:05 gps cold start\n03:08:02 boot reason=watchdog\n03:12:02 boot reason=watchdog\n03:16:02 boot reason=watchdog\n03:20:02 boot reason=watchdog\n03:20:40 gps fix sats=7\n03:20:41 uplink ok\n',
            ),
          ],
        },
      ],
      [
        robin,
        -7,
        '17:15',
        'A GPS cold start takes longer than the watchdog allows, so it can only ever start on a good sky. Lovely. Kick the watchdog while waiting for the fix?',
      ],
      [
        ines,
        -6,
        '08:30',
        'Done and deployed to the test buoy. It has now been awake for nine hours, which is more than I can say for myself.',
      ],
    ],
  ),
  ...thread(
    'Contract renewal: Wexcombe Harbour',
    [wexport, marcus],
    [
      [
        wexport,
        -6,
        '11:15',
        `Robin, Marcus,

The board would like to renew for two years. They ask whether the price per gauge could fall if we add four more on the north mole. I said I would ask nicely. This is me, asking nicely.

They meet on ${dayName(7)}; a written offer before then would help.`,
        { starred: true },
      ],
      [
        marcus,
        -6,
        '13:30',
        'For ten gauges in total we can go 8 % lower per gauge and keep the response time. Robin, is the mole within radio range of the mast?',
      ],
      [
        robin,
        -6,
        '14:05',
        'Six of us measured it in the rain last spring: yes, with 9 dB to spare. No second mast needed.',
      ],
      [
        wexport,
        -2,
        '09:00',
        'The chair is pleased with the 8 %. Could the offer also mention training for two new officers? After that I think we can sign.',
      ],
    ],
  ),
];
