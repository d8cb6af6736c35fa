import type { Account, ConnectWays, ImapDraft, ImapGuess, MailboxHealth } from './account-types.ts';
import type { Digest, DigestSummary, MadeDigest } from './digest-types.ts';
import type {
  CronPreview,
  DeadFilter,
  Job,
  JobDetail,
  JobQuery,
  JobStats,
  JobsChanged,
  Schedule,
  ScheduleDraft,
  ScheduleList,
} from './job-types.ts';
import { ApiError, MAIL_SERVER_TIMEOUT_MS, request } from './request.ts';
import type { Catalog, Rule, RuleDraft, RuleTest } from './rule-types.ts';
import type {
  ActionDetail,
  ActionQuery,
  ActionSummary,
  Approval,
  ApprovalState,
  Id,
  Label,
  Page,
  SentAnswer,
  Settings,
  Thread,
  ThreadQuery,
  ThreadSummary,
  Today,
  UncertainSend,
  UndoFilter,
  UndoPreview,
} from './types.ts';

export { ApiError };

const get = <T>(path: string, query?: object, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, { query, signal });
const post = <T>(path: string, body: object = {}): Promise<T> => request<T>('POST', path, { body });
/** Waits for what a mail server says. */
const tryOut = <T>(path: string, body: object = {}): Promise<T> =>
  request<T>('POST', path, { body, timeoutMs: MAIL_SERVER_TIMEOUT_MS });

/** Every call the app makes. Each resolves to the answer's body or throws an `ApiError`. */
export const api = {
  today: (signal?: AbortSignal) => get<Today>('/today', undefined, signal),
  accounts: (signal?: AbortSignal) => get<{ items: Account[] }>('/accounts', undefined, signal),
  accountsInFull: (signal?: AbortSignal) => get<{ items: Account[] }>('/accounts', { figures: true }, signal),
  account: (id: Id, signal?: AbortSignal) => get<Account>(`/accounts/${id}`, undefined, signal),
  connectWays: (signal?: AbortSignal) => get<ConnectWays>('/accounts/ways', undefined, signal),
  connectGmail: () => post<{ url: string }>('/accounts/gmail'),
  guessImap: (email: string, signal?: AbortSignal) =>
    get<ImapGuess>('/accounts/imap/settings', { email }, signal),
  connectImap: (draft: ImapDraft) =>
    tryOut<{ account: Account; health: MailboxHealth | null }>('/accounts/imap', draft),
  importArchive: (path: string, name: string) =>
    post<{ account: Account; jobId: Id }>('/accounts/import', { path, ...(name !== '' && { name }) }),
  testAccount: (id: Id) => tryOut<MailboxHealth>(`/accounts/${id}/test`),
  syncAccount: (id: Id) => post<{ jobId: Id }>(`/accounts/${id}/sync`),
  pauseAccount: (id: Id) => post<Account>(`/accounts/${id}/pause`),
  resumeAccount: (id: Id) => post<Account>(`/accounts/${id}/resume`),
  pauseBackfill: (id: Id) => post<Account>(`/accounts/${id}/backfill/pause`),
  resumeBackfill: (id: Id) => post<Account>(`/accounts/${id}/backfill/resume`),
  reauthorize: (id: Id) => post<{ url: string }>(`/accounts/${id}/reauthorize`),
  changePassword: (id: Id, draft: Omit<ImapDraft, 'email'>) =>
    tryOut<{ account: Account; health: MailboxHealth | null }>(`/accounts/${id}/password`, draft),
  removeAccount: (id: Id, mail: 'keep' | 'delete') =>
    request<{ account: Account; jobId: Id }>('DELETE', `/accounts/${id}`, { query: { mail } }),
  labels: (accountId?: Id, signal?: AbortSignal) => get<{ items: Label[] }>('/labels', { accountId }, signal),

  threads: (query: ThreadQuery, signal?: AbortSignal) => get<Page<ThreadSummary>>('/threads', query, signal),
  thread: (id: Id, signal?: AbortSignal) => get<Thread>(`/threads/${id}`, undefined, signal),

  actions: (query: ActionQuery, signal?: AbortSignal) => get<Page<ActionSummary>>('/actions', query, signal),
  action: (id: Id, signal?: AbortSignal) => get<ActionDetail>(`/actions/${id}`, undefined, signal),
  act: (
    messageId: Id,
    { type, parameters = {}, confirmed = false }: { type: string; parameters?: object; confirmed?: boolean },
  ) => post<{ actionId: Id }>(`/messages/${messageId}/actions`, { type, parameters, confirmed }),
  undo: (actionId: Id) => post<{ actionId: Id; jobId: Id }>(`/actions/${actionId}/undo`),
  undoPreview: (filter: UndoFilter) => post<UndoPreview>('/undo/preview', filter),
  undoMany: (filter: UndoFilter, previewId: Id) =>
    post<{ jobId: Id; total: number }>('/undo', { ...filter, previewId }),

  approvals: (query: { state?: ApprovalState; cursor?: string }, signal?: AbortSignal) =>
    get<Page<Approval>>('/approvals', query, signal),
  uncertainSends: (signal?: AbortSignal) =>
    get<{ items: UncertainSend[] }>('/sends/uncertain', undefined, signal),
  answerSend: (id: Id, answer: SentAnswer) => post<ActionSummary>(`/actions/${id}/sent`, { answer }),
  approve: (id: Id) => post<Approval>(`/approvals/${id}/approve`),
  reject: (id: Id) => post<Approval>(`/approvals/${id}/reject`),

  rules: (signal?: AbortSignal) => get<{ items: Rule[] }>('/rules/deterministic', undefined, signal),
  catalog: (signal?: AbortSignal) => get<Catalog>('/rules/catalog', undefined, signal),
  createRule: (rule: RuleDraft) => post<Rule>('/rules/deterministic', rule),
  patchRule: (id: Id, change: Partial<RuleDraft>) =>
    request<Rule>('PATCH', `/rules/deterministic/${id}`, { body: change }),
  deleteRule: (id: Id) => request<void>('DELETE', `/rules/deterministic/${id}`, {}),
  reorderRules: (ids: Id[]) => post<{ items: Rule[] }>('/rules/deterministic/reorder', { ids }),
  testRule: (rule: RuleDraft, limit: number) => post<RuleTest>('/rules/deterministic/test', { rule, limit }),

  jobs: (query: JobQuery, signal?: AbortSignal) => get<Page<Job>>('/jobs', query, signal),
  jobStats: (signal?: AbortSignal) => get<JobStats>('/jobs/stats', undefined, signal),
  job: (id: Id, signal?: AbortSignal) => get<JobDetail>(`/jobs/${id}`, undefined, signal),
  retryJob: (id: Id) => post<Job>(`/jobs/${id}/retry`),
  cancelJob: (id: Id) => post<Job>(`/jobs/${id}/cancel`),
  discardJob: (id: Id, reason: string) => post<void>(`/jobs/${id}/discard`, { reason }),
  countDead: (filter: DeadFilter, signal?: AbortSignal) =>
    request<JobsChanged>('POST', '/jobs/retry', { body: { ...filter, preview: true }, signal }),
  retryDead: (filter: DeadFilter) => post<JobsChanged>('/jobs/retry', filter),
  discardDead: (filter: DeadFilter, reason: string) =>
    post<JobsChanged>('/jobs/discard', { ...filter, reason }),

  schedules: (signal?: AbortSignal) => get<ScheduleList>('/schedules', undefined, signal),
  createSchedule: (draft: ScheduleDraft) => post<Schedule>('/schedules', draft),
  patchSchedule: (id: Id, change: { cron?: string; timeZone?: string; enabled?: boolean }) =>
    request<Schedule>('PATCH', `/schedules/${id}`, { body: change }),
  deleteSchedule: (id: Id) => request<void>('DELETE', `/schedules/${id}`, {}),
  runSchedule: (id: Id) => post<{ jobId: Id }>(`/schedules/${id}/run`),
  previewCron: (query: { cron: string; timeZone: string }, signal?: AbortSignal) =>
    get<CronPreview>('/schedules/preview', query, signal),

  digests: (query: { cursor?: string | undefined; limit?: number }, signal?: AbortSignal) =>
    get<Page<DigestSummary>>('/digests', query, signal),
  digest: (id: Id, signal?: AbortSignal) => get<Digest>(`/digests/${id}`, undefined, signal),
  makeDigest: () => post<MadeDigest>('/digests'),

  settings: (signal?: AbortSignal) => get<Settings>('/settings', undefined, signal),
};
