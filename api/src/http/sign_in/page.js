// Sends what stands behind the # of a login link, which a browser does not send by itself, and opens the dashboard.
const message = document.getElementById("message");
const link = decodeURIComponent(location.hash.slice(1));
// Neither the history nor a bookmark keeps it.
history.replaceState(null, "", location.pathname);

async function signIn() {
  if (link === "") {
    message.textContent = "This address is incomplete: open the whole link that you were given.";
    return;
  }
  try {
    const answer = await fetch("/auth/link", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link }),
    });
    if (answer.ok) {
      location.replace("/");
      return;
    }
    const { error } = await answer.json();
    message.textContent = `You are not signed in: ${error.message}.`;
  } catch {
    message.textContent = "The server can't be reached. The link may still be good: try again.";
  }
}

void signIn();
