// A field of bytes, as a Uint8Array. A kernel sends the bytes themselves. On a page the field names
// a script that holds them in base64, or that tells which file of the site does. That file is a
// script, too: pages that are opened from a disk may load those, and nothing else.
export async function bytesOf(model, name) {
  const value = model.get(name);
  if (value instanceof DataView) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const holder = document.querySelector(`script[type="text/dgm-data"][data-dgm="${value}"]`);
  if (!holder) throw Error(`the page holds no ${value}`);
  if (holder.dataset.file) await runScript(holder.dataset.file);
  const text = window.__dgm?.files?.[value] ?? holder.textContent;
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function runScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(Error(`could not load ${address}`)));
    script.src = address;
    document.head.append(script);
  });
}
