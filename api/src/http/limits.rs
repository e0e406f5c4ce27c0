//! Every limit of the HTTP surface, each with its reason. Those that an operator may want to move are settings instead.

use std::time::Duration;

/// The largest GraphQL request. A dashboard's largest query has 6 KiB; what is larger is no query.
pub(super) const MAX_GRAPHQL_BYTES: usize = 256 << 10;

/// What each request may send beside the others: a dashboard's largest query. What comes beyond is counted against
/// [`MAX_GRAPHQL_KIB_TOGETHER`], so that few large requests never hold up the many small ones.
pub(super) const UNCOUNTED_GRAPHQL_BYTES: usize = 8 << 10;

/// What is read of all GraphQL requests beyond their first [`UNCOUNTED_GRAPHQL_BYTES`], in KiB: 64 MiB, room for 258 of the
/// largest at a time. Bodies are read before their tokens are checked, and HTTP/2 carries [`MAX_REQUESTS_OF_ONE`] on each
/// connection: without this bound, strangers could fill the memory.
pub(super) const MAX_GRAPHQL_KIB_TOGETHER: usize = 64 << 10;

/// The longest query string of a GET. What is larger goes through few proxies; it can be sent as a POST.
pub(super) const MAX_URL_BYTES: usize = 16 << 10;

/// All header fields of a request together. A token has some 2 KiB, and so have the cookies of a proxy that signs people in.
pub(super) const MAX_HEADER_BYTES: usize = 16 << 10;

/// What a connection of HTTP/1 buffers at most: of a request's head, and of an answer that is not read. Above
/// [`MAX_HEADER_BYTES`] and [`MAX_URL_BYTES`] together, so that what is too large is told why; beyond, the connection ends with
/// a bare 431. All connections together buffer at most [`crate::config::Config::max_connections`] times that.
pub(super) const MAX_BUFFER_BYTES: usize = 64 << 10;

/// The same of HTTP/2, which counts 32 bytes for each field beside its name and value.
pub(super) const MAX_HEADER_LIST: u32 = 64 << 10;

/// Errors in one answer where nothing was executed: one wrong name can be repeated in it tens of thousands of times.
pub(super) const MAX_ERRORS: usize = 10;

/// How often a request starts over where the figures that it was reading were swept or damaged. Once for each of the two;
/// a third time means that something is wrong beyond what a request can mend.
pub(super) const MAX_ATTEMPTS: usize = 3;

/// How long an import waits for the next bytes of its body. An import may take hours; a sender that is gone may not hold
/// its connection and the workspace's import lock.
pub(super) const IMPORT_IDLE: Duration = Duration::from_secs(30);

/// Imports over HTTP at a time; others wait for their turn with their bodies unread. Each holds a connection of the store's 16
/// while it writes, and who reads figures needs the rest.
pub(super) const MAX_IMPORTS: usize = 4;

/// How long an export waits for its client to read on. Slow lines take some kilobytes a second; who takes nothing for so
/// long is gone.
pub(super) const EXPORT_IDLE: Duration = Duration::from_secs(30);

/// The longest export. The largest ones take minutes on a line of 1 MB/s; whoever needs longer holds a place of
/// [`MAX_EXPORTS`] that others wait for.
pub(super) const MAX_EXPORT: Duration = Duration::from_hours(1);

/// The largest export that is put together in a file before it is sent: to HTTP/1.0, which can't tell a part from a whole, and
/// for who reads it in parts. Ten years of two hundred members as NDJSON, the longest format, are less.
pub(super) const MAX_SPOOLED: u64 = 1 << 30;

/// Exports that are kept in files, all together. Beside them lie at most [`MAX_EXPORTS`] that are being put together.
pub(super) const MAX_SPOOLED_TOGETHER: u64 = 2 << 30;

/// How long such a file is kept: as long as the figures that a rollup replaces. Who scans a file reads its parts within
/// seconds, and the last one should be of the version that the first one was of.
pub(super) const EXPORT_KEPT: Duration = Duration::from_mins(10);

/// Members named by one export, each a parameter. Who wants more wants everyone's, and filters.
pub(super) const MAX_EXPORT_VALUES: usize = 100;

/// Connections that stay open, WebSockets and event streams, of all members: each takes some 50 KiB.
pub(super) const MAX_LISTENERS: usize = 2_000;

/// Connections that stay open of one member: more browser tabs than anyone has.
pub(super) const MAX_LISTENERS_OF_ONE: usize = 50;

/// WebSockets of those who have not said yet who they are. They have [`INIT_TIMEOUT`] to do so.
pub(super) const MAX_STRANGERS: usize = 500;

/// How long a WebSocket may stay open before its client has said who it is. A client does so with its first message.
pub(super) const INIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest message of a WebSocket: ten times a dashboard's largest query.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 << 10;

/// Operations of one WebSocket at a time: a dashboard has two.
pub(super) const MAX_STREAMS: usize = 20;

/// The longest id of an operation. Clients send a number or a UUID.
pub(super) const MAX_OPERATION_ID: usize = 128;

/// How often a sign of life is sent where nothing else is: below the minute after which proxies cut idle connections.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

/// After how long without any sign of life from its client a WebSocket is taken for dead: two heartbeats, and time to answer.
pub(super) const SILENCE: Duration = Duration::from_secs(40);

/// How long one message may take to be written. A client that does not read holds what was made for it.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(10);

/// How often it is asked whether who listens still may. What ends a token is felt this much later at most.
pub(super) const STANDING_CHECK: Duration = Duration::from_secs(2);

/// How often a client that has said nothing over HTTP/2 is asked for a sign of life, and how long it may take for one.
pub(super) const PING: Duration = Duration::from_secs(20);
/// See [`PING`].
pub(super) const PONG: Duration = Duration::from_secs(10);

/// Requests at a time on one connection of HTTP/2: as many as a browser sends.
pub(super) const MAX_REQUESTS_OF_ONE: u32 = 100;

/// How long to wait where the system has no more connections to give.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// How long the store may take to say that it is there when somebody asks whether this process is ready.
pub(super) const READY: Duration = Duration::from_secs(2);

/// Queries that are computed at a time. Each takes a core while it computes, and a connection of the store's 16 while it
/// waits; what comes beyond waits for [`MAX_WAIT`].
pub(super) const MAX_QUERIES: usize = 64;

/// Exports at a time; what comes beyond waits for [`MAX_WAIT`]. Each holds some megabytes and takes a core for seconds: they
/// are not to take all that dashboards need.
pub(super) const MAX_EXPORTS: usize = 4;

/// How long a request waits for its turn, before it is sent away with a time to come back.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(2);
