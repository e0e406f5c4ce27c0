// The application of someone else, whose page has a report in a frame.
import { createServer } from "node:http";

export interface Host {
  origin: string;
  stop: () => Promise<void>;
}

/** The frame shows the address that the page's own fragment names. What the frame says is kept in `said`. */
const PAGE = `<!doctype html><html lang="en"><title>host</title>
<iframe id="report" title="Report" width="900" height="700"></iframe>
<script>
  const said = [];
  addEventListener("message", (event) => said.push({ origin: event.origin, data: event.data }));
  document.getElementById("report").src = decodeURIComponent(location.hash.slice(1));
</script>`;

export async function startHost(): Promise<Host> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
