// The gateway's JSON: where it is, who asks, and what went wrong.

const TOKEN = "token";

/** An answer that is none: `status` 0 means that nobody answered. */
export class Problem extends Error {
  constructor(status, title, detail = "", parameter = "", retryAfterS = 0) {
    super(detail || title);
    Object.assign(this, { status, title, parameter, retryAfterS });
  }

  /** Asking again would end the same way. */
  get lasting() {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

/**
 * Ask; resolves to the Response once its head has come, rejects with a Problem (or an AbortError where `signal` says
 * so).
 */
export async function ask(path, query = [], { signal, headers = {}, cache = "no-store" } = {}) {
  const given = new URLSearchParams(query);
  const token = sessionStorage.getItem(TOKEN);
  const sent = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  let response;
  try {
    response = await fetch(given.size ? `${path}?${given}` : path, { signal, headers: sent, cache });
  } catch (failure) {
    throw signal?.aborted ? failure : new Problem(0, "The gateway cannot be reached");
  }
  if (response.status === 401 && (await newToken(token))) return ask(path, query, { signal, headers, cache });
  if (!response.ok) throw await problem(response);
  return response;
}

/** Ask for JSON. */
export async function json(path, query, options) {
  return (await ask(path, query, options)).json();
}

async function problem(response) {
  const told = await response.json().catch(() => ({}));
  const retryAfterS = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, told.title ?? response.statusText, told.detail, told.parameter, retryAfterS);
}

/**
 * Let the reader give a token, once for all requests that wait for it; resolves to whether there is another than
 * `refused`.
 */
let asking = null;

function newToken(refused) {
  if (sessionStorage.getItem(TOKEN) !== refused) return Promise.resolve(true);
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("token");
    dialog.querySelector(".refused").hidden = refused === null;
    const answered = () => {
      const given = dialog.querySelector("input").value.trim();
      if (given) sessionStorage.setItem(TOKEN, given);
      dialog.querySelector("input").value = "";
      asking = null;
      resolve(given !== "" && given !== refused);
    };
    dialog.addEventListener("close", answered, { once: true });
    dialog.showModal();
  });
  return asking;
}
