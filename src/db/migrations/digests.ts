/** Which digest told of a message: each is told of once, however windows and late mail fall. */
export const digestCoverage = (): string[] => [
  `create table digest_messages (
    message_id text primary key references messages (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    digest_id text not null references digests (id) on delete cascade
  )`,
  'create index digest_messages_digest on digest_messages (digest_id)',
];
