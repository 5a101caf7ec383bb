// The components of govuk-frontend that need a script.

import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { ServiceNavigation } from "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";

/** Starts them on the page. */
export function startComponents(): void {
  document.body.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
  for (const component of [Button, ErrorSummary, ServiceNavigation, SkipLink]) {
    for (const root of document.querySelectorAll(`[data-module="${component.moduleName}"]`)) {
      // One that fails leaves the page as it is without a script, which is whole.
      try {
        new component(root);
      } catch (fault) {
        console.error(fault);
      }
    }
  }
}
