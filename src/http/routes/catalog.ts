import type { Route } from '#http/route.ts';
import { accessRoutes } from './access.ts';
import { accountConnectRoutes } from './account-connect.ts';
import { accountGmailRoutes } from './account-gmail.ts';
import { accountRoutes } from './accounts.ts';
import { actionRoutes } from './actions.ts';
import { approvalRoutes } from './approvals.ts';
import { digestRoutes } from './digests.ts';
import { docsRoutes } from './docs.ts';
import { jobRoutes } from './jobs.ts';
import { labelRoutes } from './labels.ts';
import { messageRoutes } from './messages.ts';
import { ruleRoutes } from './rules.ts';
import { schedulePreviewRoutes } from './schedule-preview.ts';
import { scheduleRoutes } from './schedules.ts';
import { sendRoutes } from './sends.ts';
import { googleSignInRoutes } from './sign-in-google.ts';
import { systemRoutes } from './system.ts';
import { threadRoutes } from './threads.ts';

/** Every route. Where two fit the same path, the first one answers. */
export const ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...accountConnectRoutes,
  ...accountGmailRoutes,
  ...accountRoutes,
  ...googleSignInRoutes,
  ...labelRoutes,
  ...threadRoutes,
  ...messageRoutes,
  ...actionRoutes,
  ...approvalRoutes,
  ...sendRoutes,
  ...ruleRoutes,
  ...digestRoutes,
  ...jobRoutes,
  ...schedulePreviewRoutes,
  ...scheduleRoutes,
  ...accessRoutes,
  ...docsRoutes,
];
