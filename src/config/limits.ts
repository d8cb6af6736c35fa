// Every maximum in the program, each with its unit; those of digests are in limits-digests.ts. A group belongs to the room
// named above it.

// config
/** Bytes of a config file, and of a file named by a `file:` value. */
export const CONFIG_FILE_BYTES = 256 * 1024;
/** Edits between an unknown key and the known one offered in its place. */
export const DID_YOU_MEAN_EDITS = 3;
/** Characters of a wrong value that an error repeats. */
export const CONFIG_ERROR_VALUE_CHARS = 80;

// http
/** Bytes of a request body. */
export const HTTP_BODY_BYTES = 1024 * 1024;
/** Rows of one page of a list. */
export const PAGE_ROWS_DEFAULT = 50;
export const PAGE_ROWS_MAX = 200;
/** Milliseconds that a client may take for the headers of a request, and for all of it. */
export const HTTP_HEADERS_MS = 15_000;
export const HTTP_REQUEST_MS = 120_000;
/** Milliseconds that stopping waits for answers on their way. */
export const HTTP_STOP_MS = 2_000;
/** Milliseconds after which a database that does not answer counts as away. */
export const HEALTH_DATABASE_MS = 2_000;
/** Streams of events that one process keeps open. */
export const EVENT_STREAMS = 200;
/** Milliseconds in which changes are gathered into one event: of this process, and of others. */
export const EVENT_GATHER_MS = 300;
export const EVENT_FOREIGN_MS = 1_000;
/** Milliseconds between two signs of life of a stream, and after which it ends, so that who listens signs in anew. */
export const EVENT_BEAT_MS = 20_000;
export const EVENT_STREAM_MS = 60 * 60_000;
/** Messages of one thread that are shown, the newest. */
export const THREAD_MESSAGES = 200;
/** Messages that one try of a rule reads. */
export const RULE_TRY_DEFAULT = 1_000;
export const RULE_TRY_MAX = 10_000;
/** Failed and canceled jobs that one request queues again or deletes, and that it may name one by one. */
export const JOB_BULK_REQUEST_ROWS = 10_000;
export const JOB_BULK_IDS = 1_000;
/** Characters of the reason for deleting a job, and of the words to look for in errors. */
export const JOB_REASON_CHARS = 500;
/** Longest milliseconds for which an expensive count is shown again. */
export const COUNT_KEEP_MS = 60_000;

// telemetry
/** Characters of one text value in a log line. */
export const LOG_TEXT_CHARS = 2_000;
/** Levels of nesting of a value in a log line. */
export const LOG_DEPTH = 4;
/** Entries of one list or record in a log line. */
export const LOG_ENTRIES = 50;
/** Milliseconds that one export to a collector may take. */
export const OTLP_TIMEOUT_MS = 5_000;
/** Milliseconds that stopping waits for the collector to take what is left. */
export const TELEMETRY_SHUTDOWN_MS = 1_500;
/** Finished spans that wait for the collector; more are dropped. */
export const SPAN_QUEUE = 2_048;
/** Milliseconds between two exports of metrics. */
export const METRIC_EXPORT_INTERVAL_MS = 30_000;
/** Milliseconds for which the metrics of the queue's tables are shown again. */
export const JOB_GAUGE_KEEP_MS = 10_000;

// access
/** Failed sign-ins within the window after which one source is refused, and after which all are. */
export const SIGN_IN_ATTEMPTS = 10;
export const SIGN_IN_ATTEMPTS_ALL = 100;
/** Milliseconds of that window. */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
/** Sources of sign-ins that are remembered at a time. */
export const SIGN_IN_SOURCES = 10_000;
/** Characters of a password, so that hashing one is bounded work. */
export const PASSWORD_MIN_CHARS = 10;
export const PASSWORD_MAX_CHARS = 1_024;
/** Characters of a browser's own description that a session keeps. */
export const USER_AGENT_CHARS = 300;
/** API tokens of one user that are not revoked. */
export const API_TOKENS_PER_USER = 100;
/** Milliseconds between two writes of when a token was last used. */
export const TOKEN_USE_RESOLUTION_MS = 60_000;

// activity
/** Characters of the details of one audit entry, as JSON. */
export const AUDIT_DETAILS_CHARS = 8_000;

// db
/** Milliseconds that a write waits for another process to let go of the write lock. */
export const DB_BUSY_MS = 15_000;
/** Milliseconds between two looks whether it has. */
export const DB_BUSY_LOOK_MS = 50;
/** Milliseconds that SQLite itself waits, with the event loop standing still. */
export const DB_NATIVE_BUSY_MS = 5;
/** Milliseconds that opening a file waits for another program that opens it too. */
export const DB_OPEN_BUSY_MS = 10_000;
/** Write transactions that share one commit, and milliseconds after which their group is committed. */
export const DB_GROUP_SIZE = 500;
export const DB_GROUP_MS = 25;
/** Commits in a row after which the event loop goes round before the next. */
export const DB_TURN_COMMITS = 50;
/** Milliseconds that one write transaction may take before it is undone. */
export const DB_TRANSACTION_MS = 60_000;
/** Prepared statements kept for each connection. */
export const DB_STATEMENTS = 500;
/** KiB of page cache for each connection to an embedded file. */
export const DB_CACHE_KIB = 8_192;
/** Pages of write-ahead log after which it is worked into the file: 32 MiB. */
export const DB_CHECKPOINT_PAGES = 8_192;
/** Commits after which it is, however little they wrote, where each waits for the disk. */
export const DB_CHECKPOINT_COMMITS = 256;
/** Bytes to which the write-ahead log is cut back after a checkpoint. */
export const DB_WAL_BYTES = 64 * 1024 * 1024;
/** Connections of one process to PostgreSQL. */
export const DB_POOL = 10;
/** Times that a transaction is run again after a deadlock or a lost race. */
export const DB_RETRIES = 5;
/** Milliseconds for which a statement on a server that is away is tried again before its caller is told. */
export const DB_AWAY_MS = 15_000;
/** The longest milliseconds between two tries to reach a server that is away. */
export const DB_AWAY_LOOK_MS = 1_000;
/** Times that a write is looked at again whose commit was not answered: more than connections that may all be dead. */
export const DB_UNKNOWN_TRIES = 20;
/** Milliseconds that a connection to a server may take to be made, or a free one to be had. */
export const DB_CONNECT_MS = 10_000;
/** Milliseconds without traffic after which the system asks whether the other end of a connection lives. */
export const DB_KEEPALIVE_MS = 10_000;
/** Milliseconds that one statement on a server may take. */
export const DB_STATEMENT_MS = 60_000;
/** Milliseconds without an answer to it after which its connection is given up. */
export const DB_ANSWER_MS = 75_000;
/** Milliseconds after a write that found no room for which the disk counts as full. */
export const DB_DISK_FULL_MS = 30_000;

// rules
/** Characters of a body that conditions look at, and of a subject or one header value. */
export const RULE_TEXT_CHARS = 200_000;
export const RULE_HEADER_CHARS = 10_000;
/** Characters of one value in a condition. */
export const RULE_VALUE_CHARS = 1_000;
/** Instructions of a compiled regular expression, which bound the work per character. */
export const RULE_EXPRESSION_SIZE = 250;
/** Characters of a text that an expression is run on. */
export const RULE_EXPRESSION_CHARS = 50_000;
/** Words that one index of rules looks for; each takes at most 2.5 KB. Rules beyond it are tried on every message. */
export const RULE_INDEX_WORDS = 100_000;
/** Levels of a condition tree, and its groups and conditions together. */
export const RULE_TREE_DEPTH = 8;
export const RULE_TREE_NODES = 200;
/** Actions of one rule, and characters of their parameters as JSON. */
export const RULE_ACTIONS = 20;
export const RULE_PARAMETERS_CHARS = 20_000;
/** Characters of a rule's name. */
export const RULE_NAME_CHARS = 200;
/** Rules of one user. */
export const RULES_PER_USER = 100_000;
/** Bytes of a rules file. */
export const RULES_FILE_BYTES = 20 * 1024 * 1024;
/** Compiled rule sets kept in memory, one a user. */
export const COMPILED_RULE_SETS = 200;
/** Characters of text from which on its language is told, and how much of it is looked at. */
export const LANGUAGE_MIN_CHARS = 25;
export const LANGUAGE_CHARS = 250;

// mail
/** Bytes of a message that is read whole; of a larger one only the headers are. */
export const MAIL_RAW_BYTES = 50 * 1024 * 1024;
/** Levels of parts within parts. */
export const MAIL_DEPTH = 20;
/** Parts of one message. */
export const MAIL_PARTS = 1_000;
/** Header fields of one message; the rest are left out. */
export const MAIL_HEADERS = 1_000;
/** Bytes of the headers of one message, those of its parts included. */
export const MAIL_HEADER_BYTES = 256 * 1024;
/** Mailboxes in the address headers of one message; the rest are left out. */
export const MAIL_ADDRESSES = 10_000;
/** Characters of the readable text of one message, and of its HTML. */
export const MAIL_TEXT_CHARS = 2 * 1024 * 1024;
/** Message ids kept of a References header, the last ones. */
export const MAIL_REFERENCES = 200;
/** Characters of a file name of an attachment. */
export const ATTACHMENT_NAME_CHARS = 255;
/** Characters of the line that stands for a message in lists. */
export const SNIPPET_CHARS = 200;
/** Levels of HTML elements that are told apart; browsers stop at the same number. */
export const HTML_DEPTH = 512;
/** Characters of an image's alternative text; longer ones are a place to hide things, and are dropped. */
export const IMAGE_ALT_CHARS = 200;
/** Characters of style sheets that are searched for hiding rules. */
export const STYLE_SHEET_CHARS = 256 * 1024;
/** Threads that parse mail. */
export const PARSE_WORKERS = 1;
/** Milliseconds that one message may take to parse before its thread is killed. */
export const PARSE_MS = 10_000;
/** Megabytes of heap of a parsing thread. */
export const PARSE_HEAP_MB = 256;
/** MB of it for what was just made: most of a message is garbage soon after it was parsed. */
export const PARSE_NURSERY_MB = 16;
/** Milliseconds without work after which a parsing thread is let go. */
export const PARSE_IDLE_MS = 30_000;
/** Times in a row that a parsing thread may die before it has read anything. */
export const PARSE_STARTS = 3;

// queue
/** Milliseconds between two signs of life of running jobs. */
export const JOB_HEARTBEAT_MS = 30_000;
/** Milliseconds without a sign of life after which a running job is taken back. */
export const JOB_STALE_MS = 120_000;
/** Milliseconds between two searches for jobs without a sign of life. */
export const JOB_SWEEP_MS = 60_000;
/** Milliseconds between two looks of an idle worker for work that nothing told it of. */
export const JOB_POLL_MS = 1_000;
/** Times in a row that its worker may die with a job before the job is given up. */
export const JOB_DEATHS = 3;
/** Milliseconds that such a job waits when another one like it is running already. */
export const JOB_SUSPECT_WAIT_MS = 5_000;
/** Milliseconds that the event loop may stand still before the process ends itself, and between two looks. */
export const LOOP_STILL_MS = 60_000;
export const LOOP_LOOK_MS = 1_000;
/** Milliseconds between two looks for jobs of workers on this machine whose process has died. */
export const JOB_DEAD_WORKER_MS = 5_000;
/** Jobs of one worker that run at the same time. */
export const JOB_CONCURRENCY = 10;
/** Jobs of this priority and of lower ones are live; those above it are bulk work. */
export const JOB_LIVE_PRIORITY = 0;
/** The part of a worker's places that bulk work leaves to live jobs. */
export const JOB_LIVE_SHARE = 0.1;
/** Turns of one worker, to record and to claim, that a database server is sent at once. */
export const JOB_LANES = 2;
/** Jobs claimed ahead of a free place by each turn under way, and milliseconds of work that they may amount to. */
export const JOB_AHEAD = 400;
export const JOB_AHEAD_MS = 20;
/** Milliseconds that jobs take at most, on average, for some to be claimed ahead. */
export const JOB_AHEAD_RUN_MS = 2;
/** Milliseconds after which a job that was claimed ahead and could not be started goes back. */
export const JOB_AHEAD_WAIT_MS = 1_000;
/** Milliseconds that an attempt may take when its kind does not say. */
export const JOB_TIMEOUT_MS = 10 * 60_000;
/** Milliseconds that an aborted handler has to end before the queue goes on without it. */
export const JOB_ABORT_GRACE_MS = 5_000;
/** Milliseconds that stopping waits for running jobs before it aborts them. */
export const JOB_STOP_GRACE_MS = 30_000;
/** Attempts of a job when its kind does not say. */
export const JOB_ATTEMPTS = 5;
/** Milliseconds before the second attempt, and the longest wait between two; each attempt doubles it. */
export const JOB_BACKOFF_MS = 2_000;
export const JOB_BACKOFF_MAX_MS = 5 * 60_000;
/** Part of a wait by which it may be shorter or longer. */
export const JOB_BACKOFF_JITTER = 0.25;
/** Milliseconds that a job waits for the user, and for a limit that does not say when it resets. */
export const JOB_NEEDS_USER_MS = 60 * 60_000;
export const JOB_LIMIT_MS = 60_000;
/** Characters of a job's payload and of its result as JSON, of its last error, and of a key. */
export const JOB_PAYLOAD_CHARS = 1024 * 1024;
export const JOB_RESULT_CHARS = 1024 * 1024;
export const JOB_ERROR_CHARS = 4_000;
export const JOB_KEY_CHARS = 500;
/** Rows of one statement that enqueues. */
export const JOB_INSERT_ROWS = 5_000;
/** Delayed jobs that one statement makes ready. */
export const JOB_PROMOTE_ROWS = 5_000;
/** Outcomes recorded by one statement. */
export const JOB_RECORD_ROWS = 1_000;
/** Times that recording outcomes is tried, and the longest milliseconds between two tries. */
export const JOB_RECORD_TRIES = 120;
export const JOB_RECORD_WAIT_MS = 5_000;
/** Milliseconds that a stopping worker goes on trying to record what has ended. */
export const JOB_STOP_RECORD_MS = 5_000;
/** Times that a write is run again after another process took the same key first. */
export const JOB_RACE_TRIES = 5;
/** Errors of attempts that one job keeps, the newest. */
export const JOB_ERRORS_KEPT = 20;
/** Jobs that are counted of each type and state, and among which the one that has been due the longest is looked for. */
export const JOB_COUNT_ROWS = 10_000;
export const JOB_OLDEST_ROWS = 100;
/** Jobs of one key and its continuations that are looked at, the last in their order. */
export const JOB_KEY_ROWS = 50;
/** Jobs that one statement of a filtered list looks at, and that one page does. */
export const JOB_LIST_SCAN_ROWS = 10_000;
export const JOB_PAGE_SCAN_ROWS = 40_000;
/** Dead letters that one transaction queues again or deletes, and that it looks at to find them. */
export const JOB_BULK_ROWS = 200;
export const JOB_BULK_SCAN_ROWS = 2_000;
/** Milliseconds between two notes of what a busy worker did, and after which those of one that is gone are deleted. */
export const JOB_TALLY_MS = 2_000;
export const JOB_TALLY_KEEP_MS = 24 * 60 * 60_000;
/** Milliseconds between two looks of who watches, by which they lag behind commits, and for which a worker is remembered. */
export const JOB_WATCH_MS = 1_000;
export const JOB_WATCH_LAG_MS = 250;
export const JOB_WATCH_SEEN_MS = 10 * 60_000;
/** New jobs that one such look counts. */
export const JOB_WATCH_ENQUEUED_ROWS = 100_000;
/** Jobs looked at by one transaction that prunes. */
export const JOB_PRUNE_ROWS = 200;
/** Milliseconds that completed and canceled jobs are kept, and failed ones. */
export const JOB_KEEP_COMPLETED_MS = 7 * 86_400_000;
export const JOB_KEEP_FAILED_MS = 30 * 86_400_000;

// schedules
/** Characters of a cron, and coming runs that one question is answered with. */
export const SCHEDULE_CRON_CHARS = 200;
export const SCHEDULE_NEXT_RUNS_MAX = 100;
/** Due schedules that one transaction fires. */
export const SCHEDULE_FIRE_ROWS = 100;
/** Milliseconds between two looks for due schedules that nothing told a worker of. */
export const SCHEDULE_LOOK_MS = 60_000;
/** Milliseconds after which the times of all schedules are reckoned anew. */
export const SCHEDULE_CHECK_MS = 10 * 60_000;
/** Milliseconds by which a run may be late that is not to be caught up. */
export const SCHEDULE_LATE_MS = 60_000;
/** Milliseconds past its time after which a schedule counts as overdue. */
export const SCHEDULE_OVERDUE_MS = 120_000;
/** Overdue schedules that are told one by one. */
export const SCHEDULE_OVERDUE_ROWS = 20;
/** Attempts of the jobs that schedules make. */
export const SCHEDULE_ATTEMPTS = 10;
/** Schedules of one user. */
export const SCHEDULES_PER_USER = 200;
/** Pairs of a cron and a time zone that are kept ready to be asked. */
export const SCHEDULE_CRONS_KEPT = 1_000;

// search
/** Characters of a message's text that the search index takes in. */
export const SEARCH_TEXT_CHARS = 100_000;
/** Characters and terms of one search. */
export const SEARCH_QUERY_CHARS = 500;
export const SEARCH_TERMS = 30;
/** Messages that one step of a search looks at, and the steps of one request. */
export const SEARCH_WINDOW = 2_000;
export const SEARCH_STEPS = 5;

// actions
/** Attempts to carry one out: with the longest wait between two, a mailbox may be out of reach for eight hours. */
export const ACTION_ATTEMPTS = 100;
/** Characters of a label's name (Gmail's own limit). */
export const LABEL_NAME_CHARS = 225;
/** Characters of a note. */
export const NOTE_CHARS = 10_000;
/** Milliseconds that a snooze may last. */
export const SNOOZE_MAX_MS = 366 * 86_400_000;
/** Actions that one page of a bulk undo takes. */
export const UNDO_PAGE = 200;

// ingest
/** Changes that one page of a sync asks for, and ids of one page of a listing. */
export const CHANGES_PAGE = 500;
export const LIST_PAGE = 500;
/** Messages and bytes that are fetched, parsed and stored together. */
export const FETCH_MESSAGES = 128;
export const FETCH_BYTES = 4 * 1024 * 1024;
/** Milliseconds after which a sync with a long backlog gives way to other jobs. */
export const SYNC_TURN_MS = 20_000;
/** Priority of jobs that are bulk work: live mail has 0 and goes first. */
export const BULK_PRIORITY = 10;
/** Milliseconds that taking in one archive may take. */
export const IMPORT_MS = 24 * 3_600_000;
/** Messages and bytes of an archive that are delivered in one transaction. */
export const DELIVER_MESSAGES = 128;
export const DELIVER_BYTES = 4 * 1024 * 1024;

// triage
/** Milliseconds after its arrival in which a message counts as live: only live mail trips the rate guard. */
export const LIVE_MAIL_MS = 3_600_000;
/** Milliseconds over which that guard counts. */
export const RATE_WINDOW_MS = 3_600_000;
/** Bytes of an archive read at a time. */
export const ARCHIVE_CHUNK_BYTES = 1024 * 1024;
/** Bytes of the line that starts a message in an mbox; a longer one is text. */
export const MBOX_LINE_BYTES = 1_000;
/** Levels of folders that are searched for mail. */
export const ARCHIVE_DEPTH = 10;

// accounts
/** Milliseconds between two looks for accounts that were added, paused or removed elsewhere. */
export const ACCOUNTS_LOOK_MS = 30_000;
