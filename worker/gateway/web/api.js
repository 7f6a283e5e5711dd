// Requests to the gateway: JSON, errors and the bearer token.

const TOKEN = "token";

/** A failed request; `status` is the HTTP status, 0 if there was no response. */
export class Problem extends Error {
  constructor(status, title, detail = "", parameter = "", retryAfterS = 0) {
    super(detail || title);
    Object.assign(this, { status, title, parameter, retryAfterS });
  }

  /** Whether a repeated request would fail in the same way. */
  get isPermanent() {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

/**
 * Send a GET request.  Resolves to the Response once its headers have arrived; rejects with a Problem, or with an
 * AbortError if `signal` aborts it.
 */
export async function request(path, query = [], { signal, headers = {}, cache = "no-store" } = {}) {
  const params = new URLSearchParams(query);
  const token = sessionStorage.getItem(TOKEN);
  const sent = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  let response;
  try {
    response = await fetch(params.size ? `${path}?${params}` : path, { signal, headers: sent, cache });
  } catch (failure) {
    throw signal?.aborted ? failure : new Problem(0, "The gateway cannot be reached");
  }
  if (response.status === 401 && (await requestToken(token))) return request(path, query, { signal, headers, cache });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Send a GET request and parse the JSON of its response. */
export async function json(path, query, options) {
  return (await request(path, query, options)).json();
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const retryAfterS = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, body.title ?? response.statusText, body.detail, body.parameter, retryAfterS);
}

/** The dialog in progress, shared by all requests that wait for a token. */
let dialogClosed = null;

/** Ask the user for a token; resolves to whether there is one now that differs from `rejected` (null: none was sent). */
function requestToken(rejected) {
  if (sessionStorage.getItem(TOKEN) !== rejected) return Promise.resolve(true);
  dialogClosed ??= new Promise((resolve) => {
    const dialog = document.getElementById("token");
    dialog.querySelector(".rejected").hidden = rejected === null;
    const onClose = () => {
      const entered = dialog.querySelector("input").value.trim();
      if (entered) sessionStorage.setItem(TOKEN, entered);
      dialog.querySelector("input").value = "";
      dialogClosed = null;
      resolve(entered !== "" && entered !== rejected);
    };
    dialog.addEventListener("close", onClose, { once: true });
    dialog.showModal();
  });
  return dialogClosed;
}
