// The API as other programs use it, for what a scenario needs done beside the browser.

/** Makes officials' hands at the API: api(name) signs in, and then (path, body) asks or orders. */
export function clientOf(base, officials) {
  const hands = new Map();
  return async (name) => {
    if (hands.has(name)) return hands.get(name);
    const answer = await fetch(`${base}/api/v1/sessions`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password: officials[name] }),
    });
    if (answer.status !== 201) throw new Error(`no session for ${name}: ${answer.status}`);
    const { token } = await answer.json();
    const hand = async (path, body) => {
      const said = await fetch(`${base}/api/v1${path}`, {
        method: body ? "POST" : "GET",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!said.ok) throw new Error(`${name} ${path}: ${said.status} ${await said.text()}`);
      return said.json();
    };
    hand.file = async (path) => {
      const said = await fetch(`${base}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
      if (!said.ok) throw new Error(`${name} ${path}: ${said.status} ${await said.text()}`);
      return Buffer.from(await said.arrayBuffer());
    };
    hands.set(name, hand);
    return hand;
  };
}
