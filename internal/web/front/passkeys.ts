// Passkeys: a form that carries the answer of the browser's authenticator. Where there is none, the form stays hidden and the
// password is asked for as ever.

interface Question {
  ceremony: string;
  options: PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON;
}

/** Shows the forms that passkeys answer, where the browser has what it takes. */
export function startPasskeys(): void {
  if (!("PublicKeyCredential" in window) || !("parseRequestOptionsFromJSON" in PublicKeyCredential)) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (field(form, "answer").value !== "") return; // it carries the answer
      event.preventDefault();
      void answer(form);
    });
  }
}

/** Asks the server what to ask, the authenticator for an answer, and sends it. */
async function answer(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>("[data-failed]");
  failed?.setAttribute("hidden", "");
  try {
    const asked = await fetch(form.dataset.passkey ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(form.dataset.make === undefined ? {} : { name: field(form, "name").value }),
    });
    if (!asked.ok) throw new Error(`the question was answered with ${asked.status}`);
    const question = (await asked.json()) as Question;
    const credential = form.dataset.make === undefined
      ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question.options) })
      : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question.options) });
    if (!(credential instanceof PublicKeyCredential)) throw new Error("the authenticator gave nothing");
    field(form, "ceremony").value = question.ceremony;
    field(form, "answer").value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  } catch (fault) {
    // Whoever changed their mind, or has no passkey here, uses what they have.
    console.info(fault);
    failed?.removeAttribute("hidden");
    failed?.focus();
  }
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}
