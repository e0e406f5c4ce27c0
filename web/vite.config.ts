import { defineConfig } from "vite";

/** Where `npm run dev` finds the API: a server that was started by hand, such as `caseload demo`. */
const api = process.env.CASELOAD_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  build: {
    target: "es2022",
    // Under its own name, so that it never shadows a path of the API.
    assetsDir: "assets",
    // A file by itself, however small: the page's policy takes nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor of GraphiQL, which only its own page loads.
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: ["index.html", "graphiql.html"] },
  },
  server: { proxy: { "/graphql": { target: api, ws: true } } },
});
