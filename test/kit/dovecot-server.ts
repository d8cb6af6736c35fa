import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Certificate } from './certificates.ts';
import { freePort } from './postgres-server.ts';

const START_MS = 15_000;
const LIFE = '"$0" -F -c "$1" & server=$!; cat > /dev/null; kill -TERM $server; wait $server; rm -rf "$2"';
/** A server that nobody stops ends by itself. */
const LIFE_MS = 60 * 60_000;
const NOBODY = 65_534;
export const DOVECOT_PASSWORD = 'secret';

/** The program, in the PATH or where Debian puts it; undefined where it is not installed. */
export const dovecotBinary = (): string | undefined => {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'dovecot'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
};

export interface DovecotServer {
  port: number;
  /** Spoken to with TLS from the first byte, where it has a certificate. */
  tlsPort: number;
  lmtpPort: number;
  /** Where a user's mail lies, as a Maildir. */
  maildir(name: string): string;
  /** The server's own log, for when something is wrong. */
  readonly log: string;
  stop(): Promise<void>;
}

export interface DovecotOptions {
  /** Connections of one user from one address. */
  connections?: number;
  /** Extensions to announce, where not all. */
  capabilities?: string;
  /** What the server writes to idling connections by itself, in seconds. */
  idleNoticeSeconds?: number;
  /** With one, STARTTLS is offered, and TLS on a port of its own. */
  certificate?: Pick<Certificate, 'certFile' | 'keyFile'>;
}

/**
 * Dovecot on loopback with everything in a temporary folder. Any name is a user's, with an empty mailbox and the one
 * password. undefined where it is not installed.
 */
export const startDovecot = async (o: DovecotOptions = {}): Promise<DovecotServer | undefined> => {
  const binary = dovecotBinary();
  if (binary === undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'ashford-dovecot-'));
  chmodSync(dir, 0o755);
  for (const name of ['run', 'mail']) mkdirSync(join(dir, name), { mode: 0o777 });
  chmodSync(join(dir, 'mail'), 0o777);
  const [port, tlsPort, lmtpPort] = [await freePort(), await freePort(), await freePort()];
  const file = join(dir, 'dovecot.conf');
  writeFileSync(file, configOf({ ...o, dir, port, tlsPort, lmtpPort }));
  // The shell ends the server and clears up when its input ends, so also when this process is killed.
  const server = spawn('/bin/sh', ['-c', LIFE, binary, file, dir], { stdio: ['pipe', 'ignore', 'ignore'] });
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const end = setTimeout(() => server.stdin.end(), LIFE_MS);
  end.unref();
  const giveUpAt = Date.now() + START_MS;
  while (!(await answers(port))) {
    if (Date.now() > giveUpAt || server.exitCode !== null) throw new Error('Dovecot did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    tlsPort,
    lmtpPort,
    maildir: (name) => join(dir, 'mail', name, 'Maildir'),
    log: join(dir, 'dovecot.log'),
    stop: async () => {
      clearTimeout(end);
      server.stdin.end();
      await gone;
    },
  };
};

/** Whether the server greets. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', () => say(true));
    socket.once('error', () => say(false));
    socket.once('close', () => say(false));
  });

const folder = (name: string): string =>
  `  mailbox ${name} {\n    special_use = \\${name}\n    auto = subscribe\n  }`;

interface Setup extends DovecotOptions {
  dir: string;
  port: number;
  tlsPort: number;
  lmtpPort: number;
}

const tlsOf = ({ certificate: c }: Setup): string =>
  c ? `ssl = yes\nssl_cert = <${c.certFile}\nssl_key = <${c.keyFile}` : 'ssl = no';

const configOf = (o: Setup): string => {
  const { uid, gid } = userInfo();
  const [mailUid, mailGid] = uid === 0 ? [NOBODY, NOBODY] : [uid, gid];
  return `
base_dir = ${o.dir}/run
state_dir = ${o.dir}/run
instance_name = ashford-test-${o.port}
protocols = imap lmtp
listen = 127.0.0.1
log_path = ${o.dir}/dovecot.log
${tlsOf(o)}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
first_valid_uid = 1
first_valid_gid = 1
default_vsz_limit = 256M
${uid === 0 ? '' : `default_login_user = ${userInfo().username}\ndefault_internal_user = ${userInfo().username}`}
mail_location = maildir:~/Maildir
mail_fsync = never
mailbox_list_index = yes
passdb {
  driver = static
  args = password=${DOVECOT_PASSWORD}
}
userdb {
  driver = static
  args = uid=${mailUid} gid=${mailGid} home=${o.dir}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
${['Drafts', 'Sent', 'Trash', 'Junk', 'Archive'].map(folder).join('\n')}
}
service imap-login {
  chroot =
  client_limit = 1000
  service_count = 0
  inet_listener imap {
    port = ${o.port}
  }
  inet_listener imaps {
    port = ${o.certificate ? o.tlsPort : 0}
    ssl = yes
  }
}
service imap {
  process_limit = 1000
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${o.lmtpPort}
  }
}
service anvil {
  chroot =
}
protocol imap {
  mail_max_userip_connections = ${o.connections ?? 50}
  # Beyond its limit of watches the kernel refuses more, and Dovecot looks by itself.
  mailbox_idle_check_interval = 1 s
  imap_idle_notify_interval = ${o.idleNoticeSeconds ?? 120} s
${o.capabilities === undefined ? '' : `  imap_capability = ${o.capabilities}`}
}
`;
};
