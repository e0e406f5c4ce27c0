// All tests in one process: they share a server, and the machine has few cores.
import "./performance.ts";
import "./inbox.ts";
import "./roles.ts";
import "./session.ts";
import "./live.ts";
import "./looks.ts";
import "./trusted.ts";
import "./graphiql.ts";
import "./rollups.ts";
import "./tables.ts";
import "./misleading.ts";
import "./paper.ts";
import "./attributes.ts";
import "./hours.ts";
import "./names.ts";
