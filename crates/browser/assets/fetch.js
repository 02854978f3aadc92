// Put once into our own world of a page: carries requests from inside a page of their origin. `request` is data; nothing of it is ever run.
() => {
  const calls = new Map();
  globalThis.wayleaveFetch = carry;

  async function carry(request) {
    if (request.cancel) {
      calls.get(request.cancel)?.abort();
      return "cancelled";
    }
    // a page that has gone to another origin would take the request, and its secrets, there
    if (location.origin !== request.origin) return "elsewhere";

    const cancel = new AbortController();
    const late = setTimeout(() => cancel.abort(new DOMException("", "TimeoutError")), request.timeout);
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
        signal: cancel.signal,
      });
      if (answer.type === "opaqueredirect") return "redirected";
      if (Number(answer.headers.get("content-length")) > request.limit && request.method !== "HEAD") {
        cancel.abort();
        return "too_large";
      }
      // a length that is told can be relied on, but for what is packed: a little of that may become very much
      const told = answer.headers.has("content-length") && !answer.headers.has("content-encoding");
      const bytes = told ? new Uint8Array(await answer.arrayBuffer()) : await read(answer.body, request.limit);
      if (!bytes) {
        cancel.abort();
        return "too_large";
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
      clearTimeout(late);
      calls.delete(request.id);
    }
  }

  async function read(stream, limit) {
    const pieces = [];
    let length = 0;
    const reader = stream?.getReader();
    for (let piece; reader && !(piece = await reader.read()).done; ) {
      length += piece.value.length;
      if (length > limit) return null;
      pieces.push(piece.value);
    }
    if (pieces.length === 1) return pieces[0];
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}
