// Sends what stands behind the # of a login link, which a browser does not send by itself, and opens the dashboard. Only when
// somebody presses the button: programs that look at links in mail would use it up.
const message = document.getElementById("message");
const button = document.getElementById("sign-in");
const link = location.hash.slice(1);
// Neither the history nor a bookmark keeps it.
history.replaceState(null, "", location.pathname);

function say(text, isOver) {
  message.textContent = text;
  button.hidden = isOver;
}

async function signIn() {
  button.disabled = true;
  try {
    const answer = await fetch("/auth/link", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link }),
    });
    if (answer.ok) {
      // A token of this tab would come before the session.
      sessionStorage.removeItem("caseload.token");
      location.replace("/");
      return;
    }
    const { error } = await answer.json();
    say(`You are not signed in: ${error.message}.`, answer.status < 500);
  } catch {
    say("The server can't be reached. The link may still be good: try again.", false);
  }
  button.disabled = false;
}

button.addEventListener("click", signIn);
if (link === "") say("This address is incomplete: open the whole link that you were given.", true);
else say("This link signs this browser in.", false);
