// A file that is too large is said to be so when it is chosen, before anybody waits for it to be sent.

/** Watches the fields for files that have a bound. */
export function startUploads(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('input[type="file"][data-max]')) {
    const check = (): void => {
      const largest = Math.max(0, ...Array.from(field.files ?? [], (file) => file.size));
      field.setCustomValidity(largest > Number(field.dataset.max) ? (field.dataset.tooLarge ?? "") : "");
    };
    field.addEventListener("change", () => {
      check();
      field.reportValidity();
    });
    check(); // a browser that comes back to a page may have kept the choice
  }
}
