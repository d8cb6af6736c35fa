import { txt } from './files.ts';
import { type Letter, service } from './letter.ts';

const ci = service('Foundry CI', 'builds@foundry-ci.example');
const forge = service('Hanna Kowalczyk', 'notifications@codeforge.example');
const bot = service('dependency-gardener[bot]', 'notifications@codeforge.example');
const watch = service('Nightwatch', 'alerts@nightwatch-monitoring.example');

type Result = 'passed' | 'failed' | 'fixed' | 'canceled';

const BUILDS: [
  day: number,
  time: string,
  result: Result,
  repo: string,
  number: number,
  branch: string,
  detail: string,
][] = [
  [-29, '16:41', 'failed', 'harbourlight', 8120, 'main', 'test_tide_rollover: expected 00:00, got 24:00'],
  [
    -29,
    '17:20',
    'fixed',
    'harbourlight',
    8121,
    'main',
    '1,204 tests passed. Nobody touched test_tide_rollover.',
  ],
  [
    -26,
    '14:02',
    'failed',
    'gauge-firmware',
    3302,
    'feature/rename-datum',
    'src/level.c:88: error: unknown type name "reading_t"',
  ],
  [-24, '15:18', 'fixed', 'gauge-firmware', 3304, 'feature/rename-datum', 'Flash 61 %, RAM 44 %.'],
  [-23, '10:07', 'failed', 'website', 951, 'main', 'Broken link on /about: the lighthouse returned 404.'],
  [-22, '09:12', 'canceled', 'harbourlight', 8144, 'hanna/retry', 'Superseded by a newer commit.'],
  [
    -20,
    '16:55',
    'failed',
    'harbourlight',
    8160,
    'dev/offline-cache',
    '3 of 1,211 tests failed, all of them about clocks.',
  ],
  [-17, '11:33', 'fixed', 'harbourlight', 8166, 'dev/offline-cache', '1,214 tests passed in 4 min 12 s.'],
  [-16, '13:48', 'failed', 'gauge-firmware', 3331, 'main', 'Image is 212 bytes too large for the 2-series.'],
  [
    -16,
    '15:01',
    'fixed',
    'gauge-firmware',
    3333,
    'main',
    'Image fits. Inês removed a log message and is not sorry.',
  ],
  [-13, '18:22', 'failed', 'uplink', 640, 'main', 'Timeout after 30 min in "wait for uplink".'],
  [
    -9,
    '23:59',
    'failed',
    'harbourlight',
    8203,
    'main',
    'test_tide_rollover: expected 00:00, got 24:00 (nightly)',
  ],
  [-8, '07:40', 'fixed', 'harbourlight', 8204, 'main', 'Rerun by hanna. "It is after midnight now."'],
  [-6, '13:31', 'failed', 'harbourlight', 8221, 'release/4.2', 'buzzer_test: heard 2 beeps, wanted 1'],
  [-6, '15:02', 'fixed', 'harbourlight', 8224, 'release/4.2', 'Exactly one beep.'],
  [
    -3,
    '09:10',
    'passed',
    'harbourlight',
    8240,
    'release/4.2',
    'Release 4.2.0 was built and signed: 14 files, 38 MB.',
  ],
  [-2, '15:44', 'failed', 'uplink', 655, 'hanna/backoff', 'backoff_test: waited 2^7 s after 7 successes'],
  [-1, '10:05', 'fixed', 'uplink', 658, 'hanna/backoff', 'Waits after failures now, as the name suggests.'],
];

const REVIEWS: [day: number, time: string, subject: string, text: string][] = [
  [
    -24,
    '14:40',
    '[lanternworks/gauge-firmware] Rename datum to reference_level (PR #412)',
    '+310 -305. "It is a rename. It is 61 files. I am sorry."',
  ],
  [
    -22,
    '09:30',
    '[lanternworks/uplink] Retry waits after success (Issue #87)',
    'Opened by hannak. Label: "archaeology".',
  ],
  [
    -17,
    '12:04',
    '[lanternworks/harbourlight] Cache harmonic constants (PR #1290)',
    'devm requested your review. 9 files, one of them a sea.',
  ],
  [
    -6,
    '14:33',
    '[lanternworks/harbourlight] Initialise the buzzer only once (PR #1301)',
    'devm requested your review: "one line removed, one lesson learned".',
  ],
  [
    -3,
    '10:20',
    '[lanternworks/harbourlight] Quarantine test_tide_rollover (PR #1304)',
    'Merged by hannak. See LW-2291.',
  ],
  [
    -1,
    '09:31',
    '[lanternworks/uplink] Wait after failures (PR #91)',
    'hannak mentioned you: "@robinh approved by your former self?"',
  ],
];

const GARDENER: [day: number, time: string, subject: string, text: string][] = [
  [
    -24,
    '02:00',
    '[lanternworks/website] Bump left-margin from 1.3.0 to 1.3.1',
    'Fixes a margin that was on the right.',
  ],
  [
    -17,
    '02:00',
    '[lanternworks/harbourlight] Bump tz-tables from 2025b to 2025c',
    'Two islands changed their minds.',
  ],
  [
    -10,
    '02:00',
    '[lanternworks/uplink] Bump tls-lib from 3.4.0 to 3.4.2',
    'Contains a security fix (moderate).',
  ],
  [
    -3,
    '02:00',
    '[lanternworks/website] Bump carousel from 9.0.0 to 10.0.0',
    'Major version. Still a carousel.',
  ],
];

const ALERTS: [day: number, time: string, subject: string, text: string][] = [
  [
    -21,
    '03:12',
    'DOWN: uplink.lanternworks.example (HTTP 502)',
    'From 03:12. Checked from three places, all sad.',
  ],
  [
    -21,
    '03:19',
    'UP: uplink.lanternworks.example after 7 min',
    'Back at 03:19. No one was paged; please check whether that is right.',
  ],
  [
    -14,
    '22:47',
    'WARN: certificate of api.lanternworks.example expires in 14 days',
    'Renewal is automatic. It was automatic last time too.',
  ],
  [-11, '04:02', 'UP: certificate of api.lanternworks.example renewed', 'Valid for 90 days.'],
  [
    -7,
    '03:21',
    'WARN: buoy-3 rebooted 6 times in 20 minutes',
    'Reason: watchdog. Battery 12.6 V, sea state: none of our business.',
  ],
  [-4, '04:36', 'WARN: display isbister-2 lost time synchronisation', 'Offset unknown. Last sync 04:29.'],
  [0, '03:40', 'WARN: disk on log-store is 85 % full', 'It grew 9 % in a week. The buoy has been talkative.'],
];

const build = ([day, time, result, repo, number, branch, detail]: (typeof BUILDS)[number]): Letter => ({
  from: ci,
  day,
  time,
  subject: `[${repo}] Build #${number} ${result} on ${branch}`,
  text: `Build #${number} of lanternworks/${repo} ${result}.\n\nBranch: ${branch}\nDetail: ${detail}\n\nLog: https://foundry-ci.example/lanternworks/${repo}/${number}`,
  headers: [
    ['Auto-Submitted', 'auto-generated'],
    ['X-Foundry-Project', `lanternworks/${repo}`],
    ['X-Foundry-Result', result],
  ],
  ...(result === 'failed' && number % 2 === 0
    ? { files: [txt(`build-${number}.txt`, `$ make test\n${detail}\nmake: *** [test] Error 1\n`)] }
    : {}),
  read: day < -5,
});

const forgeNotice =
  (from: typeof forge) =>
  ([day, time, subject, text]: [number, string, string, string]): Letter => {
    const repo = /\[(.*?)\]/.exec(subject)?.[1] ?? '';
    return {
      from,
      day,
      time,
      subject,
      text: `${text}\n\nhttps://codeforge.example/${repo}`,
      headers: [
        ['List-Id', `${repo} <${repo.split('/').reverse().join('.')}.codeforge.example>`],
        ['X-Codeforge-Reason', from === bot ? 'subscribed' : 'review_requested'],
        ['Precedence', 'list'],
      ],
      read: day < -5,
    };
  };

const alert = ([day, time, subject, text]: (typeof ALERTS)[number]): Letter => ({
  from: watch,
  day,
  time,
  subject,
  text: `${text}\n\nDashboard: https://nightwatch-monitoring.example/lanternworks\nMute for an hour: https://nightwatch-monitoring.example/mute/60`,
  headers: [['Auto-Submitted', 'auto-generated']],
  read: day < -3,
});

export const builds = (): Letter[] => [
  ...BUILDS.map(build),
  ...REVIEWS.map(forgeNotice(forge)),
  ...GARDENER.map(forgeNotice(bot)),
  ...ALERTS.map(alert),
];
