// Carries one request from inside a page of its origin. `request` is data; nothing of it is ever run.
async (request) => {
  const calls = (globalThis.wayleaveCalls ??= new Map());
  if (request.cancel) {
    calls.get(request.cancel)?.abort();
    return "cancelled";
  }
  // a page that has gone to another origin would take the request, and its secrets, there
  if (location.origin !== request.origin) return "elsewhere";

  const cancel = new AbortController();
  calls.set(request.id, cancel);
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? undefined,
      mode: "same-origin",
      credentials: "include",
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.any([cancel.signal, AbortSignal.timeout(request.timeout)]),
    });
    if (answer.type === "opaqueredirect") return "redirected";
    if (Number(answer.headers.get("content-length")) > request.limit && request.method !== "HEAD") {
      cancel.abort();
      return "too_large";
    }
    const pieces = [];
    let length = 0;
    const reader = answer.body?.getReader();
    for (let read; reader && !(read = await reader.read()).done; ) {
      length += read.value.length;
      if (length > request.limit) {
        cancel.abort();
        return "too_large";
      }
      pieces.push(read.value);
    }
    let bytes = pieces[0] ?? new Uint8Array();
    if (pieces.length > 1) {
      bytes = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
    }
    const result = { status: answer.status, headers: [...answer.headers] };
    try {
      result.text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // toBase64 is there since Chromium 140
      result.base64 = bytes.toBase64?.() ?? (await new Promise((done, failed) => {
        const file = new FileReader();
        file.onload = () => done(file.result.slice(file.result.indexOf(",") + 1));
        file.onerror = () => failed(file.error);
        file.readAsDataURL(new Blob([bytes]));
      }));
    }
    return { answer: result };
  } catch (error) {
    return { failed: String(error?.name) };
  } finally {
    calls.delete(request.id);
  }
}
